/** What can be said of a connector without reading anything. */
import type { Connector, ObjectSchema, OptionSchema } from '../../core/connector.ts'
import { messageOf } from '../../core/errors.ts'
import { checkOptions } from '../../core/options.ts'
import { type Check, check } from '../check.ts'
import { sayProblems } from '../subject.ts'

export function definitionChecks(connector: Connector): readonly Check[] {
  return [
    check('the definition names this version of the contract, itself and its functions', async () =>
      judgeDefinition(connector),
    ),
    check('every option is described, and the schema compiles', async () => judgeSchema(connector.options)),
    check('options that look like secrets are marked as secrets', async () => judgeSecrets(connector.options)),
  ]
}

function judgeDefinition({ apiVersion, name, read, check: probe }: Partial<Connector>): void {
  if (apiVersion !== 1) throw new Error('`apiVersion` is not 1; say `apiVersion: 1`')
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]*$/.test(name))
    throw new Error('`name` must be the kind of system, in small letters, digits and hyphens: assets, hr-portal')
  if (typeof read !== 'function') throw new Error('`read` is no function; write `async *read(ctx) { … }`')
  if (probe !== undefined && typeof probe !== 'function') throw new Error('`check` is neither absent nor a function')
}

function judgeSchema(schema: ObjectSchema): void {
  const bare = eachOption(schema).filter(({ option }) => (option.description ?? '').trim() === '')
  // A list's items may be told by the list's own description.
  const undescribed = bare.filter(({ isItem }) => !isItem).map(({ path }) => path)
  if (undescribed.length > 0)
    throw new Error(`${undescribed.join(', ')} lacks a \`description\`: help and documents are made from it`)
  const unknown = eachOption(schema).flatMap(requiredButUnknown)
  if (unknown.length > 0) throw new Error(`${unknown.join(', ')} is required, and there is no such option`)
  judgeDefaults(schema)
}

function requiredButUnknown({ option, path }: NamedOption): string[] {
  if (option.type !== 'object') return []
  const missing = (option.required ?? []).filter((name) => !Object.hasOwn(option.properties, name))
  return missing.map((name) => (path === '' ? name : `${path}.${name}`))
}

function judgeDefaults(schema: ObjectSchema): void {
  const problems = problemsOf(schema, {}).filter(({ code }) => code !== 'missing-option')
  if (problems.length > 0) throw new Error(`a default does not pass its own schema: ${sayProblems(problems)}`)
}

function problemsOf(schema: ObjectSchema, options: object): ReturnType<typeof checkOptions>['problems'] {
  try {
    return checkOptions(schema, options).problems
  } catch (error) {
    throw new Error(`the schema does not compile: ${messageOf(error)}`, { cause: error })
  }
}

function judgeSecrets(schema: ObjectSchema): void {
  const plain = eachOption(schema).filter(looksSecret)
  if (plain.length === 0) return
  const names = plain.map(({ path }) => path).join(', ')
  throw new Error(
    `${names} looks like a secret and is not marked; say \`secret: true\`, so that it can only be a reference and never shows in text`,
  )
}

const SECRET_WORDS = new Set([
  'password',
  'passwd',
  'pwd',
  'passphrase',
  'secret',
  'token',
  'credential',
  'credentials',
])
/** What stands before "key" when the key opens something. */
const OPENING_KEYS = new Set([
  'api',
  'private',
  'access',
  'secret',
  'auth',
  'signing',
  'encryption',
  'account',
  'shared',
])
const COLUMN = /\b(column|field|attribute|member|property|header|unique|sort)/i

function looksSecret({ option, path }: NamedOption): boolean {
  if (option.type !== 'string' || option.secret === true || option.enum !== undefined) return false
  // A file or an address is told by its name, and only what is in it is secret.
  if (option.format !== undefined) return false
  const words = wordsOf(path.split('.').at(-1) ?? '')
  const last = words.at(-1) ?? ''
  if (SECRET_WORDS.has(last)) return true
  if (last === 'apikey') return true
  if (last !== 'key') return false
  const before = words.at(-2)
  return before === undefined ? !COLUMN.test(option.description) : OPENING_KEYS.has(before)
}

/** `clientSecret`, `client_secret` → client, secret. */
function wordsOf(name: string): readonly string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
}

interface NamedOption {
  readonly path: string
  readonly option: OptionSchema
  readonly isItem: boolean
}

/** Every option below the schema, however deep, and the schema itself as the one without a name. */
function eachOption(schema: OptionSchema, path = '', isItem = true): readonly NamedOption[] {
  const own = { path, option: schema, isItem }
  if (schema.type === 'array') return [own, ...eachOption(schema.items, `${path}[]`)]
  if (schema.type !== 'object') return [own]
  const named = Object.entries(schema.properties)
  const below = named.flatMap(([key, option]) => eachOption(option, path === '' ? key : `${path}.${key}`, false))
  const others = schema.additionalProperties ? eachOption(schema.additionalProperties, `${path}.NAME`) : []
  return [own, ...below, ...others]
}
