/** What a read asks for, once the server is known. */
import type { CheckContext } from '../../core/connector.ts'
import { ConfigError } from '../../core/errors.ts'
import { parseDuration } from '../../core/text/duration.ts'
import { checkBranch, createBranchTest } from './branches.ts'
import { attributesIn, parseFilter } from './filter.ts'
import { createLayout, type Layout, refuseUnknown } from './layout.ts'
import { createMailRule, type MailRule } from './mail.ts'
import type { LdapOptions } from './options.ts'
import { idAttributes, presetFor } from './presets.ts'
import { MEMBER_ATTRIBUTES } from './read-groups.ts'
import { findBase } from './root-dse.ts'
import { computedFields, helperAttributes } from './rows.ts'
import { readSchema, type Schema } from './schema.ts'
import type { SearchSpec } from './search.ts'
import type { Session } from './session.ts'
import { createStateRules, type StateRules } from './status.ts'

export interface ReadPlan {
  /** As it is sent, in words. */
  readonly filter: string
  readonly spec: SearchSpec
  readonly layout: Layout
  readonly ids: readonly string[]
  readonly state: StateRules | undefined
  readonly mail: MailRule
  readonly needsGroups: boolean
  /** Whether an entry lies below one of `excludeUnder`. */
  isExcluded(dn: string): boolean
}

type Context = CheckContext<LdapOptions>

/** Names that follow a person's name or place in the tree: with one of them as id, a rename is a leaver and a joiner. */
const UNSTABLE = new Set(
  'dn distinguishedname entrydn userprincipalname mail email rfc822mailbox cn commonname name displayname rdn'.split(
    ' ',
  ),
)

/**
 * What can be found wrong before any server is asked.
 * @throws ConfigError
 */
export function checkLdapOptions(options: LdapOptions): void {
  if (options.filter !== undefined) parseFilter(options.filter)
  createMailRule(options.withoutMail)
  if (options.objects === 'custom' && options.filter === undefined) {
    throw new ConfigError('ldap-filter', '`objects: custom` needs `filter`: it says what to read', {
      hint: 'Write a filter such as (objectClass=account), or (objectClass=*) for every entry.',
    })
  }
  for (const name of ['answerTimeout', 'connectTimeout'] as const) {
    if (parseDuration(options[name]) !== 0) continue
    throw new ConfigError('ldap-options', `\`${name}\` must be longer than 0s`, {
      hint: 'A server that hangs would never be given up. Leave it out for the usual time.',
    })
  }
}

export async function createPlan(session: Session, context: Context): Promise<ReadPlan> {
  const { options, clock } = context
  const { directory, root, channel, server } = session
  const preset = presetFor(options, directory)
  const schema = await readSchema(channel, root.schemaDn)
  // A server takes a name that it does not know for one that nobody has, and finds nobody.
  for (const name of attributesIn(options.filter ?? '(&)')) refuseUnknown(name, 'filter', schema)
  const ids = knownIds(idAttributes(options, directory), schema, options)
  warnOfId(options, context)
  for (const branch of options.excludeUnder) {
    await checkBranch(channel, branch, { what: 'the branch of `excludeUnder`', server, bindDn: options.bindDn })
  }
  const hasState = options.objects === 'people' || options.objects === 'computers' || options.objects === 'custom'
  const state = hasState ? createStateRules({ directory, now: clock.now(), lockedOut: options.lockedOut }) : undefined
  const mail = createMailRule(options.withoutMail)
  const needsGroups = options.groups?.only !== undefined || options.groups?.field === true
  const layout = createLayout({
    ...options,
    written: options.attributes,
    usual: usualAttributes(preset.attributes, schema),
    added: mail.givesMail ? ['mail'] : [],
    helpers: helperAttributes({ ids, state, mail, membership: needsGroups ? MEMBER_ATTRIBUTES : [] }),
    computed: new Set(computedFields({ state: hasState, groups: options.groups?.field === true })),
    schema,
  })
  const spec = {
    base: findBase(options, root),
    scope: options.scope,
    filter: parseFilter(preset.filter),
    attributes: layout.requested,
    holdsBytes: layout.holdsBytes,
    timeLimit: secondsOf(options.timeLimit),
  }
  return {
    filter: preset.filter,
    spec,
    layout,
    ids,
    state,
    mail,
    needsGroups,
    isExcluded: createBranchTest(options.excludeUnder),
  }
}

/** Whole seconds, as servers count; never 0 for a limit that was set, since 0 means none. */
function secondsOf(duration: string): number {
  return Math.ceil((parseDuration(duration) ?? 0) / 1000)
}

/** The usual ones that the server knows: others would be columns that are always empty. */
function usualAttributes(names: readonly string[], schema: Schema | undefined): readonly string[] {
  return schema === undefined ? names : names.filter((name) => schema.has(name.toLowerCase()))
}

function knownIds(ids: readonly string[], schema: Schema | undefined, options: LdapOptions): readonly string[] {
  const { idAttribute } = options
  if (idAttribute !== undefined && idAttribute.toLowerCase() === 'dn') return ['dn']
  if (idAttribute !== undefined) refuseUnknown(idAttribute, 'idAttribute', schema)
  const known = schema === undefined ? ids : ids.filter((name) => schema.has(name.toLowerCase()))
  return known.length === 0 ? ids : known
}

function warnOfId({ idAttribute }: LdapOptions, { log }: Context): void {
  if (idAttribute === undefined || !UNSTABLE.has(idAttribute.toLowerCase())) return
  log.warn(
    `idAttribute is ${idAttribute}, which changes when somebody is renamed or moved: they would leave and another join. ` +
      'Without idAttribute the id is one that never changes.',
  )
}
