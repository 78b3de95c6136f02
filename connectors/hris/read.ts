import { setImmediate as breathe } from 'node:timers/promises'
import type { Proof, ReadContext, Row, Rows } from '../../core/connector.ts'
import { parseDuration } from '../../core/text/duration.ts'
import type { FileBody, FileKind } from '../files/file-body.ts'
import { type ReadBody, readFiles } from '../files/read-files.ts'
import { readCsv } from '../tables/read-csv.ts'
import { readXlsx } from '../tables/read-xlsx.ts'
import { daysIn, today } from './day.ts'
import { judgeEmployment } from './employment.ts'
import type { HrisOptions } from './options.ts'
import { ADDED, type AsOf, exportedName, type Fate, type Person, toPerson } from './person.ts'
import { isRounded, readAssignment, textOf } from './read-assignment.ts'
import { validateHris, formatOf, type Rules, rulesFor } from './rules.ts'
import { createStage, type StagedRows } from './stage.ts'

type Context = ReadContext<HrisOptions>

/** So many people are handed on at once. */
const BATCH = 500

/** Reads the export to its proven end, then tells person by person what holds today. */
export async function* readHris(context: Context): Rows {
  validateHris(context.options)
  const stage = createStage(context.scratch)
  const read = await collect(context, stage)
  const { proof, rules } = read
  if (proof === undefined || !proof.complete || rules === undefined) return proof && { ...proof, rows: 0 }
  const asOf: AsOf = {
    day: today(context.clock.now(), context.zone),
    zone: context.zone,
    tombstoneDays: daysIn(parseDuration(context.options.onGone) ?? 0),
  }
  const counts = yield* tell(stage, { rules, asOf, context })
  return { ...proof, rows: counts.told, evidence: `${proof.evidence}; ${say(counts, read)}` }
}

export function bodyReader(options: HrisOptions): ReadBody {
  return formatOf(options) === 'xlsx'
    ? (body: FileBody) => readXlsx(body, options)
    : (body: FileBody) => readCsv(body, options)
}

/** A workbook is an archive itself. */
export function kindOf(options: HrisOptions): FileKind {
  return formatOf(options) === 'xlsx' ? { archives: 'keep' } : {}
}

interface Collected {
  readonly proof: Proof | undefined
  /** Undefined when there was not even a header. */
  readonly rules: Rules | undefined
  readonly contractors: number
  readonly empty: number
}

/** Nobody is told before the end: what is incomplete could show a person without the row that counts. */
async function collect(context: Context, stage: StagedRows): Promise<Collected> {
  const { options } = context
  let rules: Rules | undefined
  let contractors = 0
  let empty = 0
  const reading = readFiles(
    {
      ...context,
      columns(names) {
        rules = rulesFor(options, names)
        context.columns([...ADDED, ...names.map(exportedName)])
      },
    },
    bodyReader(options),
    kindOf(options),
  )
  try {
    let step = await reading.next()
    for (; step.done !== true; step = await reading.next()) {
      for (const row of 'fields' in step.value ? [step.value] : step.value) {
        if (rules === undefined) throw new Error('rows came before their columns')
        if (isEmpty(row)) empty++
        else if (isContractor(row, rules)) contractors++
        else stage.add(idOf(row, rules), row)
      }
    }
    return { proof: step.value, rules, contractors, empty }
  } finally {
    await reading.return(undefined)
  }
}

/** `;;;`: what a spreadsheet writes for rows that were once filled. Nobody is in them. */
function isEmpty({ fields }: Row): boolean {
  return Object.values(fields).every((value) => typeof value === 'string' && value.trim() === '')
}

/** Empty for an id that several people may share: each such row stands alone. */
function idOf(row: Row, { columns }: Rules): string {
  const id = textOf(row, columns.id)
  return isRounded(id) ? '' : id
}

function isContractor(row: Row, { columns, leftOutTypes }: Rules): boolean {
  if (leftOutTypes === undefined || columns.type === undefined) return false
  return leftOutTypes.has(textOf(row, columns.type).toLowerCase())
}

interface Telling {
  readonly rules: Rules
  readonly asOf: AsOf
  readonly context: Context
}

type Counts = Record<Fate, number> & { told: number }

async function* tell(
  stage: StagedRows,
  { rules, asOf, context }: Telling,
): AsyncGenerator<readonly Row[], Counts, void> {
  const counts: Counts = { current: 0, left: 0, gone: 0, future: 0, unclear: 0, told: 0 }
  let batch: Row[] = []
  let people = 0
  for (const rows of await stage.people(context.signal)) {
    // However many are left out, the signal is seen.
    if (++people % BATCH === 0) {
      await breathe()
      context.signal.throwIfAborted()
    }
    const { fate, row } = personOf(rows)
    counts[fate]++
    if (row === undefined) continue
    counts.told++
    batch.push(row)
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
  return counts

  function personOf(rows: readonly Row[]): Person {
    const read = rows.map((row) => readAssignment(row, rules))
    const employment = judgeEmployment(read, asOf.day, rules.assignments)
    const row = rows[read.indexOf(employment.speaker)]
    if (row === undefined) throw new Error('nobody speaks for a person')
    return toPerson(row, employment, asOf)
  }
}

function say(counts: Counts, { contractors, empty }: Collected): string {
  const parts = [`${counts.current} employed today`]
  if (counts.left > 0) parts.push(`${counts.left} left lately and are still sent`)
  if (counts.gone > 0) parts.push(`${counts.gone} left long ago and are left out`)
  if (counts.future > 0) parts.push(`${counts.future} start later and are left out`)
  if (contractors > 0) parts.push(`${contractors} rows of contractors left out`)
  if (empty > 0) parts.push(`${empty} rows without any text left out`)
  if (counts.unclear > 0) parts.push(`${counts.unclear} cannot be told`)
  return parts.join(', ')
}
