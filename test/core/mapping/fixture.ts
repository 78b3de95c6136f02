import { compileMapping, type MappingInput } from '../../../core/mapping/compile.ts'
import type { MappedRow, Mapping, MappingPass, MappingProblem } from '../../../core/mapping/mapping.ts'
import type { CustomProperties, ResourceType } from '../../../schemas/resource-type.ts'
import { resourceType } from '../../../schemas/resource-types.ts'

export const NOW = Date.UTC(2026, 10, 23, 9, 30)

/** A map in which only constants feed the fields, so that a test replaces the entries that it is about. */
export const ACCOUNT = {
  uniqueId: 'E-1',
  displayName: 'Ada',
  fullName: 'Ada',
  accountName: 'ada',
  email: 'ada@example.com',
  externalUrl: 'https://hr.example.com/people/1',
  permissionLevel: 'BASE',
  createdTimestamp: '2025-01-01T00:00:00Z',
  status: 'ACTIVE',
  mfaEnabled: null,
  mfaMethods: [],
  authMethod: 'SSO',
} as const

export function typeOf(name: string, customProperties?: CustomProperties): ResourceType {
  const type = resourceType(name, customProperties)
  if (type === undefined) throw new Error(`no type ${name}`)
  return type
}

export function compile(
  map: Record<string, unknown>,
  rest: Partial<MappingInput> = {},
): ReturnType<typeof compileMapping> {
  return compileMapping({ type: typeOf('user_account'), map: { ...ACCOUNT, ...map }, tables: {}, zone: 'UTC', ...rest })
}

export function mappingOf(map: Record<string, unknown>, rest: Partial<MappingInput> = {}): Mapping {
  const compiled = compile(map, rest)
  if ('problems' in compiled) throw new Error(`does not compile: ${JSON.stringify(compiled.problems)}`)
  return compiled.mapping
}

export function passOf(map: Record<string, unknown>, rest: Partial<MappingInput> = {}): MappingPass {
  return mappingOf(map, rest).start({ now: NOW })
}

export function problemsOf(map: Record<string, unknown>, rest: Partial<MappingInput> = {}): readonly MappingProblem[] {
  const compiled = compile(map, rest)
  return 'problems' in compiled ? compiled.problems : []
}

export function mapOne(
  map: Record<string, unknown>,
  fields: Record<string, unknown>,
  rest: Partial<MappingInput> = {},
): MappedRow {
  return passOf(map, rest).map({ at: 'people.csv:2', fields })
}

/** What a template gives for the optional text field `roleDescription`, or the code of its problem. */
export function said(
  template: string,
  fields: Record<string, unknown> = {},
  rest: Partial<MappingInput> = {},
): unknown {
  const { record, problems } = mapOne({ roleDescription: template }, fields, rest)
  const [problem] = problems
  return problem === undefined ? record['roleDescription'] : `! ${problem.code}`
}

/** A finding of an API scanner: the type with fractions, lists of objects and values that may be empty. */
export function mapFinding(map: Record<string, unknown>, fields: Record<string, unknown> = {}): MappedRow {
  const constants = {
    uniqueId: 'V-1',
    displayName: 'Finding',
    externalUrl: 'https://scan.example.com/1',
    occurrences: [],
    severity: 5,
    vulnerableComponentUniqueId: 'C-1',
    description: 'd',
    remediationInstructions: 'r',
    url: 'https://api.example.com',
    httpMethod: 'GET',
  }
  const type = typeOf('api_endpoint_vulnerability_connectors')
  const compiled = compileMapping({ type, map: { ...constants, ...map }, tables: {}, zone: 'UTC' })
  if ('problems' in compiled) throw new Error(`does not compile: ${JSON.stringify(compiled.problems)}`)
  return compiled.mapping.start({ now: NOW }).map({ at: 'x:1', fields })
}
