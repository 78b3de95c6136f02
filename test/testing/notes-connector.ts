/** A small connector as an author would write it, and the same with one bug planted. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { type FileHandle, mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type CheckContext,
  type Connector,
  defineConnector,
  type ObjectSchema,
  type OptionsOf,
  type Proof,
  type ReadContext,
  type Row,
  type Rows,
} from '../../core/connector.ts'
import { HOUR } from '../../core/clock.ts'
import { OperatorError, RetryLaterError } from '../../core/errors.ts'
import { Secret } from '../../core/secret.ts'
import { type ConnectorFixture, defineFixture, type FixtureSource } from '../../testing/fixture.ts'

export type Bug =
  | 'answers its check with nothing'
  | 'announces columns after the first row'
  | 'announces columns twice'
  | 'announces only some columns'
  | 'blames the configuration for a cut'
  | 'blames the wrong one for a wrong token'
  | 'calls an aborted read complete'
  | 'counts a row too many'
  | 'gives a date among the fields'
  | 'gives no date of its data'
  | 'gives no evidence'
  | 'gives no proof'
  | 'gives other rows each time'
  | 'gives rows without their place'
  | 'gives problems that are none'
  | 'repeats a value in the problem of a row'
  | 'has a default that its schema refuses'
  | 'has an option without a description'
  | 'has an unmarked secret'
  | 'holds a whole read'
  | 'ignores the abort'
  | 'keeps rows from read to read'
  | 'leaves a connection open'
  | 'leaves a process running'
  | 'leaves a timer'
  | 'leaves its file open'
  | 'logs a value'
  | 'logs its token'
  | 'puts a value into the evidence'
  | 'remembers rows that it has seen'
  | 'says its progress backwards'
  | 'shares a counter between reads'
  | 'shows its token as base64'
  | 'shows its token in an error'
  | 'sleeps through the abort while its source hangs'
  | 'swallows the end of a cut source'
  | 'throws an error of nobody'

const OPTIONS = {
  type: 'object',
  properties: {
    path: { type: 'string', format: 'path', description: 'The file of notes.' },
    token: { type: 'string', secret: true, description: 'What opens the notes.' },
  },
  required: ['path', 'token'],
} as const satisfies ObjectSchema

type Options = OptionsOf<typeof OPTIONS>

const COLUMNS = ['id', 'name', 'email']
const BATCH = 5

/** `bug` undefined: there is none. `service` is a port that takes connections, for the bug that leaves one. */
export function notesConnector(bug?: Bug, service = 0): Connector {
  const shared: Shared = { kept: [], seen: new Set(), rows: 0 }
  return defineConnector({
    apiVersion: 1,
    name: 'notes',
    options: optionsWith(bug) as typeof OPTIONS,
    async check(ctx) {
      const notes = await openNotes(ctx, bug)
      await notes.handle.close()
      return bug === 'answers its check with nothing' ? '' : 'the notes are open'
    },
    read: (ctx) => readNotes(ctx, { bug, service, shared }),
  })
}

interface Shared {
  readonly kept: Row[]
  readonly seen: Set<string>
  rows: number
}

interface Planted {
  readonly bug: Bug | undefined
  readonly service: number
  readonly shared: Shared
}

function optionsWith(bug: Bug | undefined): ObjectSchema {
  const extra: Readonly<Partial<Record<Bug, ObjectSchema['properties']>>> = {
    'has a default that its schema refuses': {
      size: { type: 'integer', minimum: 5, default: 1, description: 'Size.' },
    },
    'has an option without a description': { size: { type: 'integer', description: '' } },
    'has an unmarked secret': { apiKey: { type: 'string', description: 'What opens the notes, too.' } },
  }
  return { ...OPTIONS, properties: { ...OPTIONS.properties, ...(bug === undefined ? {} : extra[bug]) } }
}

interface Notes {
  readonly handle: FileHandle
  readonly lines: AsyncIterableIterator<string>
  readonly hangs: boolean
}

async function openNotes({ options, log }: CheckContext<Options>, bug?: Bug): Promise<Notes> {
  if (bug === 'logs its token') log.info('opening', { with: options.token.reveal() })
  const handle = await open(options.path)
  const lines = handle.readLines({ autoClose: false })[Symbol.asyncIterator]()
  const head = JSON.parse(String((await lines.next()).value)) as { token: string; hangs: boolean }
  if (head.token === hashOf(options.token)) return { handle, lines, hangs: head.hangs }
  await handle.close()
  if (bug === 'shows its token in an error')
    throw new OperatorError('refused', `the notes refuse ${options.token.reveal()}`)
  if (bug === 'shows its token as base64') {
    const cause = new Error(`sent Basic ${btoa(`notes:${options.token.reveal()}`)}`)
    throw new OperatorError('refused', 'the notes refuse this token', { cause })
  }
  if (bug === 'blames the wrong one for a wrong token') throw new RetryLaterError('refused', 'the notes are closed')
  throw new OperatorError('refused', 'the notes refuse this token')
}

function hashOf(token: Secret): string {
  return createHash('sha256').update(token.reveal()).digest('hex')
}

async function* readNotes(ctx: ReadContext<Options>, planted: Planted): Rows {
  const { bug, shared } = planted
  if (bug !== 'ignores the abort') ctx.signal.throwIfAborted()
  litter(planted)
  const notes = await openNotes(ctx, bug)
  if (bug !== 'announces columns after the first row')
    ctx.columns(bug === 'announces only some columns' ? ['id'] : COLUMNS)
  if (bug === 'announces columns twice') ctx.columns(COLUMNS)
  try {
    if (notes.hangs)
      await ctx.clock.sleep(HOUR, bug === 'sleeps through the abort while its source hangs' ? undefined : ctx.signal)
    const rows =
      bug === 'holds a whole read' ? yield* gathered(ctx, notes, planted) : yield* streamed(ctx, notes, planted)
    return prove(ctx, rows, bug)
  } catch (error) {
    if (bug === 'calls an aborted read complete' && ctx.signal.aborted)
      return prove(ctx, { count: 5, ended: true }, bug)
    throw error
  } finally {
    if (bug !== 'leaves its file open') await notes.handle.close()
    shared.rows = 0
  }
}

interface Seen {
  readonly count: number
  readonly ended: boolean
  readonly last?: Row
}

async function* streamed(
  ctx: ReadContext<Options>,
  { lines }: Notes,
  { bug, shared }: Planted,
): AsyncGenerator<readonly Row[], Seen, void> {
  let batch: Row[] = []
  let count = 0
  let last: Row | undefined
  for await (const line of lines) {
    const record = JSON.parse(line) as Readonly<Record<string, string>>
    if (record['end'] !== undefined) {
      yield batch
      count += batch.length
      return {
        count: bug === 'shares a counter between reads' ? shared.rows : count,
        ended: true,
        ...(last === undefined ? {} : { last }),
      }
    }
    const row = rowOf(record, count + batch.length, bug)
    if (bug === 'keeps rows from read to read') shared.kept.push(row)
    shared.rows++
    if (bug === 'remembers rows that it has seen' && shared.seen.has(row.at)) continue
    shared.seen.add(row.at)
    batch.push(row)
    last = row
    if (batch.length < BATCH) continue
    yield batch
    count += batch.length
    tell(ctx, { batch, count, bug })
    batch = []
    if (bug !== 'ignores the abort') ctx.signal.throwIfAborted()
  }
  return { count, ended: false }
}

async function* gathered(
  ctx: ReadContext<Options>,
  notes: Notes,
  planted: Planted,
): AsyncGenerator<readonly Row[], Seen, void> {
  const all: Row[] = []
  const reading = streamed(ctx, notes, planted)
  let step = await reading.next()
  for (; step.done !== true; step = await reading.next()) all.push(...step.value)
  yield all
  return step.value
}

function rowOf(record: Readonly<Record<string, string>>, index: number, bug: Bug | undefined): Row {
  const at = bug === 'gives rows without their place' ? '' : `notes:${index + 2}`
  const fields: Record<string, unknown> = { ...record }
  if (bug === 'gives a date among the fields') fields['name'] = new Date(0)
  if (bug === 'gives other rows each time') fields['name'] = `${record['name']} at ${performance.now()}`
  if (bug === 'gives problems that are none') return { at, fields, problems: ['wrong'] as unknown as [] }
  if (bug !== 'repeats a value in the problem of a row' || index !== 7) return { at, fields }
  return { at, fields, problems: [{ field: 'email', message: `${record['email']} is no address` }] }
}

interface Told {
  readonly batch: readonly Row[]
  readonly count: number
  readonly bug: Bug | undefined
}

function tell(ctx: ReadContext<Options>, { batch, count, bug }: Told): void {
  ctx.progress(bug === 'says its progress backwards' ? 10_000_000 - count : count)
  if (bug === 'announces columns after the first row' && count === BATCH) ctx.columns(COLUMNS)
  if (bug === 'logs a value' && count === BATCH) ctx.log.debug('first rows', { first: batch[0]?.fields })
}

function prove(ctx: ReadContext<Options>, { count, ended, last }: Seen, bug: Bug | undefined): Proof | undefined {
  if (bug === 'gives no proof') return undefined
  const asOf = new Date(bug === 'gives no date of its data' ? Number.NaN : ctx.clock.now())
  const rows = bug === 'counts a row too many' ? count + 1 : count
  if (ended || bug === 'swallows the end of a cut source') {
    const evidence =
      bug === 'puts a value into the evidence' ? `ended with ${String(last?.fields['email'])}` : 'end seen'
    return { complete: true, rows, asOf, evidence: bug === 'gives no evidence' ? '' : evidence }
  }
  if (bug === 'throws an error of nobody') throw new TypeError('lines is not iterable')
  if (bug === 'blames the configuration for a cut') {
    throw Object.assign(new OperatorError('cut', 'the notes are cut'), { exitCode: 78 })
  }
  return { complete: false, rows, asOf, evidence: 'the line that ends the notes is missing' }
}

/** What leaky connectors leave behind; the test picks it up. */
export const litterBin = new Set<() => void>()

function litter({ bug, service }: Planted): void {
  if (bug === 'leaves a timer') {
    const timer = setInterval(() => undefined, 1000)
    litterBin.add(() => clearInterval(timer))
  }
  if (bug === 'leaves a connection open') {
    const socket = connect(service, '127.0.0.1')
    litterBin.add(() => socket.destroy())
  }
  if (bug === 'leaves a process running') {
    const child = spawn('sleep', ['60'], { stdio: 'ignore', detached: true })
    child.unref()
    litterBin.add(() => child.kill('SIGKILL'))
  }
}

const TOKEN = 'notes-token-4711-0815'
const ROWS = 300

export function notesFixture(connector: Connector): ConnectorFixture {
  return defineFixture({
    connector,
    start: () => startNotes(ROWS),
    startLong: startNotes,
    startHanging: () => startNotes(ROWS, true),
    mistakes: [
      {
        says: 'a token that does not open the notes',
        options: (good) => ({ ...good, token: new Secret('another token') }),
        fails: 'OperatorError',
        code: 'refused',
      },
      { says: 'no path', options: ({ token }) => ({ token }), fails: 'options', code: 'missing-option' },
    ],
  })
}

async function startNotes(rows: number, hangs = false): Promise<FixtureSource> {
  const folder = await mkdtemp(join(tmpdir(), 'vanta-sync-notes-'))
  const path = join(folder, 'notes.ndjson')
  const token = new Secret(TOKEN)
  const head = JSON.stringify({ token: hashOf(token), hangs })
  const lines = Array.from({ length: rows }, (_, index) => {
    const id = `N-${index}`
    return JSON.stringify({ id, name: `Somebody ${index}`, email: `${id.toLowerCase()}@example.com` })
  })
  await writeFile(path, `${[head, ...lines, '{"end":true}'].join('\n')}\n`)
  return {
    options: { path, token },
    rows,
    cut: () => writeFile(path, `${[head, ...lines.slice(0, rows / 2)].join('\n')}\n`),
    stop: () => rm(folder, { recursive: true, force: true }),
  }
}
