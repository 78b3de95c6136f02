/** The conformance suite notices: each planted bug is found by the checks that are there for it, and by no other. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { conformanceChecks } from '../../testing/conformance.ts'
import { shareSource } from '../../testing/share-source.ts'
import { type CheckResult, runChecks } from '../../testing/test-connector.ts'
import { type Bug, litterBin, notesConnector, notesFixture } from './notes-connector.ts'

/** Bugs by how a read ends, and the words of the checks' names that must say no. They take seconds to be told. */
export const ENDINGS = {
  'calls an aborted read complete': /aborted/,
  'ignores the abort': /aborted (before|at|in)/,
  'leaves a connection open': /open/,
  'leaves a process running': /open/,
  'leaves a timer': /open/,
  'leaves its file open': /open/,
  'sleeps through the abort while its source hangs': /hangs/,
} as const satisfies Partial<Record<Bug, RegExp>>

/** All others. */
export const READS: Readonly<Record<Exclude<Bug, keyof typeof ENDINGS>, RegExp>> = {
  'answers its check with nothing': /good options connect/,
  'announces columns after the first row': /columns are announced/,
  'announces columns twice': /columns are announced/,
  'announces only some columns': /columns are announced/,
  'blames the configuration for a cut': /fails in the middle says who/,
  'blames the wrong one for a wrong token': /refuses a token/,
  'counts a row too many': /proves that it is whole/,
  'gives a date among the fields': /plain fields/,
  'gives no date of its data': /proves that it is whole/,
  'gives no evidence': /proves that it is whole/,
  'gives no proof': /proves that it is whole|fails in the middle says who/,
  'gives other rows each time': /same rows|at the same time/,
  'gives problems that are none': /plain fields/,
  'gives rows without their place': /plain fields/,
  // Then nothing at all can be read.
  'has a default that its schema refuses': /./,
  'has an option without a description': /every option is described/,
  'has an unmarked secret': /marked as secrets/,
  'holds a whole read': /flat over a long read/,
  'keeps rows from read to read': /memory/,
  'logs a value': /logs and evidence/,
  'logs its token': /secrets show/,
  'puts a value into the evidence': /logs and evidence/,
  'remembers rows that it has seen': /same rows|at the same time/,
  'repeats a value in the problem of a row': /logs and evidence/,
  'says its progress backwards': /progress/,
  'shares a counter between reads': /at the same time/,
  'shows its token as base64': /wrong secrets/,
  'shows its token in an error': /wrong secrets/,
  'swallows the end of a cut source': /never complete/,
  'throws an error of nobody': /fails in the middle says who/,
}

const PATIENT = 120_000
/** Those that show only in long reads. The checks of memory are left out where they have nothing to say. */
const ABOUT_MEMORY: ReadonlySet<Bug> = new Set(['holds a whole read', 'keeps rows from read to read'])

/** A test for each bug. Call it where `describe` may be called. */
export function findsPlanted(caught: Readonly<Partial<Record<Bug, RegExp>>>): void {
  const failuresOf = useNotes()
  it.each(Object.entries(caught) as [Bug, RegExp][])(
    'finds a connector that %s',
    async (bug, expected) => {
      const failures = await failuresOf(bug, ABOUT_MEMORY.has(bug))
      expect(failures.length).toBeGreaterThan(0)
      expect(failures.filter(({ name }) => !expected.test(name))).toEqual([])
    },
    PATIENT,
  )
}

export function passesGood(): void {
  const failuresOf = useNotes()
  it('passes a good connector', async () => expect(await failuresOf(undefined, true)).toEqual([]), PATIENT)
}

type FailuresOf = (bug: Bug | undefined, all: boolean) => Promise<readonly CheckResult[]>

/** The suite on the notes connector, with a port that takes connections for the bug that leaves one open. */
function useNotes(): FailuresOf {
  let server: Server
  beforeAll(async () => {
    server = createServer((socket) => void socket.on('error', () => undefined))
    await once(server.listen(0, '127.0.0.1'), 'listening')
  })
  afterAll(async () => {
    server.close()
    await once(server, 'close')
  })
  afterEach(() => {
    for (const pickUp of litterBin) pickUp()
    litterBin.clear()
  })
  return async (bug, all) => {
    const { port } = server.address() as AddressInfo
    const fixture = shareSource(notesFixture(notesConnector(bug, port)))
    try {
      const checks = conformanceChecks(fixture).filter(({ name }) => all || !name.includes('memory'))
      const report = await runChecks(checks)
      expect(report.checks.length).toBeGreaterThan(20)
      return report.checks.filter(({ ok }) => !ok)
    } finally {
      await fixture.close()
    }
  }
}
