/**
 * What the documentation asks for in words, beyond the form of a record. That these are enforced is documented; the
 * wording of the refusals is ours [assumed].
 */
import type { ResourceTypeName } from '../schemas/resource-type.ts'

/** What is wrong, as `/field: must …`; undefined when nothing is. */
export type Rule = (record: Readonly<Record<string, unknown>>) => string | undefined

const NONE: readonly Rule[] = []

const OF_TYPE: Partial<Record<ResourceTypeName, readonly Rule[]>> = {
  api_endpoint_vulnerability_connectors: [severityToATenth],
  background_check_connector: [completionDateOnlyWhenComplete],
  package_vulnerability_connectors: [severityToATenth],
  security_task: [closedTimestampExactlyWhenClosed],
  static_analysis_code_vulnerability_connectors: [wholeRating('severity'), wholeRating('confidence')],
  user_account: [noMethodsWhenMfaUnknown],
}

export function rulesOf(type: ResourceTypeName): readonly Rule[] {
  return [externalUrlIsHttps, ...(OF_TYPE[type] ?? NONE)]
}

function externalUrlIsHttps(record: Readonly<Record<string, unknown>>): string | undefined {
  const url = String(record['externalUrl'])
  const fine = /^https:\/\//i.test(url) && URL.canParse(url)
  return fine ? undefined : '/externalUrl: must be an https URL'
}

function closedTimestampExactlyWhenClosed(record: Readonly<Record<string, unknown>>): string | undefined {
  const closed = record['taskState'] === 'CLOSED'
  if (closed === isGiven(record['closedTimestamp'])) return undefined
  return closed
    ? '/closedTimestamp: must be present when taskState is CLOSED'
    : '/closedTimestamp: must be absent unless taskState is CLOSED'
}

function completionDateOnlyWhenComplete(record: Readonly<Record<string, unknown>>): string | undefined {
  if (record['status'] === 'COMPLETE' || !isGiven(record['completionDate'])) return undefined
  return '/completionDate: must be absent unless status is COMPLETE'
}

/** Single sign-on makes both fields ignored. */
function noMethodsWhenMfaUnknown(record: Readonly<Record<string, unknown>>): string | undefined {
  if (record['authMethod'] === 'SSO' || record['mfaEnabled'] !== null) return undefined
  const methods = record['mfaMethods']
  return Array.isArray(methods) && methods.length > 0 ? '/mfaMethods: must be empty when mfaEnabled is null' : undefined
}

function severityToATenth(record: Readonly<Record<string, unknown>>): string | undefined {
  const value = Number(record['severity'])
  const fine = value >= 0 && value <= 10 && Number(value.toFixed(1)) === value
  return fine ? undefined : '/severity: must be a number from 0 to 10, rounded to a tenth'
}

function wholeRating(field: string): Rule {
  return (record) => {
    const value = Number(record[field])
    return value >= 0 && value <= 10 ? undefined : `/${field}: must be an integer from 0 to 10`
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}
