/** Rows from entries. */
import type { Row } from '../../core/connector.ts'
import { OperatorError } from '../../core/errors.ts'
import type { Value } from './entry.ts'
import type { MemberFacts, Membership } from './groups.ts'
import type { Layout, Slot } from './layout.ts'
import { LEFT_OUT, type MailRule } from './mail.ts'
import type { AccountState, FirstValue, StateRules } from './status.ts'
import { parseTime, sayValue } from './values.ts'

/** The values of an entry by slot, whole. */
export type EntryValues = (readonly Value[] | undefined)[]

export interface RowParts {
  readonly layout: Layout
  /** Preferred first; `dn` is the DN itself. */
  readonly ids: readonly string[]
  /** Undefined where disabled accounts are not a matter. */
  readonly state: StateRules | undefined
  readonly mail: MailRule
  readonly membership: Membership | undefined
  readonly hasGroupField: boolean
}

/** What was noticed on the way, in numbers. */
export interface Tally {
  withoutId: number
  withoutState: number
  withoutMail: number
  notInGroups: number
  /** Entries by an attribute that is text, and had more values than the first. */
  readonly cutShort: Map<string, number>
  /** Entries by an attribute whose values are not UTF-8. */
  readonly damaged: Map<string, number>
}

export interface RowMaker {
  /** Names of all fields, in their order; undefined when they come with the entries. */
  readonly columns: readonly string[] | undefined
  readonly tally: Tally
  /** Undefined when the entry is left out. `values` may be changed. */
  make(dn: string, values: EntryValues): Row | undefined
}

/** Stands where bytes were no UTF-8. */
const REPLACEMENT = '\uFFFD'
const CREATED = ['whenCreated', 'createTimestamp']
const STATE_FIELDS = ['disabled', 'status', 'disabledAt']

export interface Needs extends Pick<RowParts, 'ids' | 'state' | 'mail'> {
  /** Attributes that tell the groups of an entry. */
  readonly membership: readonly string[]
}

/** Attributes that computed fields are made of. */
export function helperAttributes({ ids, state, mail, membership }: Needs): readonly string[] {
  const stable = ids.filter((name) => name !== 'dn')
  return [...new Set([...stable, ...CREATED, ...(state?.attributes ?? []), ...mail.attributes, ...membership])]
}

/** Names of computed fields, in their order. */
export function computedFields(has: { state: boolean; groups: boolean }): readonly string[] {
  return ['dn', 'id', ...(has.state ? STATE_FIELDS : []), 'createdAt', ...(has.groups ? ['groups'] : [])]
}

export function createRowMaker(parts: RowParts): RowMaker {
  const { layout, membership } = parts
  const computed = computedFields({ state: parts.state !== undefined, groups: parts.hasGroupField })
  const columns = layout.isOpen ? undefined : [...computed, ...layout.slots.flatMap(({ field }) => field ?? [])]
  const tally: Tally = {
    withoutId: 0,
    withoutState: 0,
    withoutMail: 0,
    notInGroups: 0,
    cutShort: new Map(),
    damaged: new Map(),
  }
  const compute = createComputer(parts, tally)
  const given = mailGiver(parts, tally)
  const build = createFieldsMaker(computed, layout, tally)
  return {
    columns,
    tally,
    make(dn, values) {
      const first = firstOf(layout, values)
      const mail = given(first)
      if (mail === LEFT_OUT) return undefined
      const member = membership === undefined ? undefined : memberOf(dn, first)
      if (member !== undefined && membership?.isWanted(member) === false) {
        tally.notInGroups++
        return undefined
      }
      const slot = mail === undefined ? undefined : layout.find(MAIL)
      if (slot !== undefined && mail !== undefined) values[slot.index] = [mail]
      return { at: dn, fields: build(compute(dn, first, member), values) }
    },
  }
}

const MAIL = 'mail'

/** The address that an account without mail gets; undefined for those that have one, or get none. */
function mailGiver(
  { layout, mail }: RowParts,
  tally: Tally,
): (first: FirstValue) => string | undefined | typeof LEFT_OUT {
  if (mail.attributes.length === 0) return () => undefined
  return (first) => {
    if ((first(MAIL) ?? '').trim() !== '' || layout.find(MAIL) === undefined) return undefined
    tally.withoutMail++
    return mail.decide(first)
  }
}

function firstOf(layout: Layout, values: EntryValues): FirstValue {
  return (attribute) => {
    const slot = layout.find(attribute)
    const value = slot === undefined ? undefined : values[slot.index]?.[0]
    if (slot === undefined || value === undefined) return undefined
    return typeof value === 'string' ? value : sayValue(value, slot.kind)
  }
}

function memberOf(dn: string, first: FirstValue): MemberFacts {
  return {
    dn,
    uid: first('uid'),
    sid: first('objectSid'),
    primaryGroupId: first('primaryGroupID'),
    gid: first('gidNumber'),
  }
}

/** The computed fields of an entry, in the order of `computedFields`. */
function createComputer(parts: RowParts, tally: Tally) {
  const { ids, state, membership, hasGroupField } = parts
  return (dn: string, first: FirstValue, member: MemberFacts | undefined): unknown[] => {
    const id = idOf(ids, dn, first)
    if (id === undefined) tally.withoutId++
    const cells: unknown[] = [dn, id]
    if (state !== undefined) {
      const verdict = state.judge(first)
      if (verdict === undefined) tally.withoutState++
      addState(cells, verdict)
    }
    cells.push(createdAt(first))
    if (hasGroupField) cells.push(member === undefined ? [] : membership?.namesOf(member))
    return cells
  }
}

/** @throws OperatorError when the values are bytes: damaged to text, several people would share one id */
function idOf(ids: readonly string[], dn: string, first: FirstValue): string | undefined {
  for (const name of ids) {
    const id = name === 'dn' ? dn : first(name)
    if (id === undefined || id === '') continue
    if (!id.includes(REPLACEMENT)) return id
    throw new OperatorError('ldap-id', `the values of ${name}, the id, are bytes and no text`, {
      hint: 'Name the attribute in `binary`; it then becomes base64.',
    })
  }
  return undefined
}

function addState(cells: unknown[], state: AccountState | undefined): void {
  if (state === undefined) cells.push(undefined, undefined, undefined)
  else cells.push(state.disabled, state.disabled ? 'DEACTIVATED' : 'ACTIVE', state.since)
}

function createdAt(first: FirstValue): string | undefined {
  for (const name of CREATED) {
    const text = first(name)
    if (text !== undefined) return parseTime(text)
  }
  return undefined
}

/** A list, also of one value and of none; or the first value, and nothing when there is none. */
function cellOf({ attribute, kind, isList }: Slot, own: readonly Value[] | undefined, tally: Tally): unknown {
  if (own === undefined) return isList ? [] : undefined
  if (kind === 'text' && isDamaged(own)) count(tally.damaged, attribute)
  if (isList)
    return kind === 'text' ? own : own.map((value) => sayValue(value, kind)).filter((value) => value !== undefined)
  if (own.length > 1) count(tally.cutShort, attribute)
  const [value] = own
  return value === undefined ? undefined : sayValue(value, kind)
}

function isDamaged(values: readonly Value[]): boolean {
  for (const value of values) if (value.includes(REPLACEMENT)) return true
  return false
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

type MakeFields = (computed: readonly unknown[], values: EntryValues) => Row['fields']

/**
 * Makes objects in which nothing is found that is no column: what they inherit from has no names itself. Their
 * properties come in one order, so that they share one shape, which is fast.
 */
function createFieldsMaker(names: readonly string[], { slots, isOpen }: Layout, tally: Tally): MakeFields {
  class Fields {
    [name: string]: unknown
    constructor(computed: readonly unknown[], values: EntryValues) {
      for (let i = 0; i < names.length; i++) this[names[i] ?? ''] = computed[i]
      for (const slot of slots) {
        if (slot.field === undefined) continue
        const value = cellOf(slot, values[slot.index], tally)
        // Where columns come with the entries, each row has what its entry has.
        if (value !== undefined || !isOpen) this[slot.field] = value
      }
    }
  }
  Reflect.deleteProperty(Fields.prototype, 'constructor')
  Object.setPrototypeOf(Fields.prototype, null)
  return (computed, values) => new Fields(computed, values)
}
