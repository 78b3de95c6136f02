import type { Proof, ReadContext, Row, Rows } from '../../core/connector.ts'
import type { Entry, Value } from './entry.ts'
import { tellLogin } from './login.ts'
import { sayNotices } from './notices.ts'
import type { LdapOptions } from './options.ts'
import { checkLdapOptions, createPlan, type ReadPlan } from './plan.ts'
import { followRanges } from './ranges.ts'
import { readGroups } from './read-groups.ts'
import { sayTargets } from './references.ts'
import { createRowMaker, type RowMaker } from './rows.ts'
import { type SearchEnd, searchPages } from './search.ts'
import { openSession, type Session } from './session.ts'
import { refusalOf, sayStop } from './stop.ts'

type Context = ReadContext<LdapOptions>

interface Reading {
  readonly session: Session
  readonly plan: ReadPlan
  readonly maker: RowMaker
  readonly context: Context
  /** Entries below `excludeUnder`. */
  excluded: number
  rows: number
}

/** Reads entries page by page from one server, and proves that it saw the last page. */
export async function* readLdap(context: Context): Rows {
  checkLdapOptions(context.options)
  const asOf = new Date(context.clock.now())
  const session = await openSession(context)
  try {
    const reading = await prepare(session, context)
    const end = yield* readEntries(reading)
    sayNotices({ ...reading.maker.tally, excluded: reading.excluded }, context)
    await tellLogin(session, context)
    return prove(reading, end, asOf)
  } finally {
    session.channel.close()
  }
}

async function prepare(session: Session, context: Context): Promise<Reading> {
  const { options } = context
  const plan = await createPlan(session, context)
  const { base, timeLimit } = plan.spec
  const membership = plan.needsGroups ? await readGroups({ session, options, base, timeLimit }) : undefined
  const maker = createRowMaker({ ...plan, membership, hasGroupField: options.groups?.field === true })
  if (maker.columns !== undefined) context.columns(maker.columns)
  return { session, plan, maker, context, excluded: 0, rows: 0 }
}

async function* readEntries(reading: Reading): AsyncGenerator<readonly Row[], SearchEnd, void> {
  const { session, plan, context } = reading
  const pages = searchPages(session.channel, plan.spec, {
    size: context.options.pageSize,
    support: session.root.paging,
  })
  let seen = 0
  let step = await pages.next()
  for (; step.done !== true; step = await pages.next()) {
    seen += step.value.length
    const rows = await toRows(step.value, reading)
    reading.rows += rows.length
    if (rows.length > 0) yield rows
    context.progress(seen, undefined, 'rows')
  }
  return step.value
}

async function toRows(entries: readonly Entry[], reading: Reading): Promise<readonly Row[]> {
  const { plan, maker } = reading
  const rows: Row[] = []
  for (const entry of entries) {
    if (plan.isExcluded(entry.dn)) {
      reading.excluded++
      continue
    }
    const { values, ranges } = plan.layout.fill(entry)
    for (const { slot, range } of ranges) {
      values[slot.index] = await wholeList(entry.dn, values[slot.index] ?? [], {
        attribute: range.attribute,
        next: range.next,
        reading,
      })
    }
    const row = maker.make(entry.dn, values)
    if (row !== undefined) rows.push(row)
  }
  return rows
}

interface Begun {
  readonly attribute: string
  readonly next: number | undefined
  readonly reading: Reading
}

async function wholeList(
  dn: string,
  begun: readonly Value[],
  { attribute, next, reading }: Begun,
): Promise<readonly Value[]> {
  if (next === undefined) return begun
  const { session, plan } = reading
  const rest = await followRanges(session.channel, { dn, attribute, from: next, holdsBytes: plan.layout.holdsBytes })
  return [...begun, ...rest]
}

function prove(reading: Reading, end: SearchEnd, asOf: Date): Proof {
  const { session, plan, context, rows } = reading
  const searched = { filter: plan.filter, base: plan.spec.base, server: session.server }
  if (end.stop !== undefined) {
    const error = refusalOf(end.stop, searched, context.options.bindDn)
    if (error !== undefined) throw error
    return { complete: false, rows, asOf, evidence: sayStop(end.stop, searched) }
  }
  if (end.references.length > 0 && context.options.referrals === 'incomplete') {
    return { complete: false, rows, asOf, evidence: sayReferences(end.references) }
  }
  return { complete: true, rows, asOf, evidence: sayEnd(end, reading) }
}

function sayReferences(uris: readonly string[]): string {
  return (
    `the server refers to others for parts of the tree (${uris.length} referrals, to ${sayTargets(uris)}). ` +
    'Read those parts from a server that has them, in a forest of Active Directory the Global Catalog at port 3268 or 3269; ' +
    'a `base` further down, or `referrals: ignore`, says that they are not wanted'
  )
}

function sayEnd({ pages, entries, paged, references }: SearchEnd, { rows }: Reading): string {
  const count = `${sayCount(pages, 'page', 'pages')}, ${sayCount(entries, 'entry', 'entries')}`
  const left = entries === rows ? '' : `, ${entries - rows} left out as the options say`
  const ignored = references.length === 0 ? '' : `, ${sayCount(references.length, 'referral', 'referrals')} ignored`
  const seen = paged
    ? 'last page seen (empty cookie)'
    : 'the server, which does not read by pages, ended the search with success'
  return `${seen}, ${count}${left}${ignored}`
}

function sayCount(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}
