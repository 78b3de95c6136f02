import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { execConnector } from '../../../connectors/exec/index.ts'
import { systemClock } from '../../../core/clock.ts'
import { silentLog } from '../../../core/log.ts'
import { checkOptions, resolveOptions } from '../../../core/options.ts'
import type { Rows } from '../../../core/connector.ts'
import { END, failureOf, isDead, isGone, pidIn, printing, readNode, readShell, script, tempFolder } from './fixture.ts'

/** Starts a child that ignores SIGTERM and holds the output open, then writes rows without end. */
const FAMILY = `
(trap '' TERM; echo $$ > leader; sh -c 'trap "" TERM; echo $$ > child; while :; do sleep 1; done') &
trap 'echo told > told' TERM
echo $$ > self
while :; do echo '{"id":1}'; sleep 0.05; done`

/** Ends well, but leaves behind a child that ignores SIGTERM. */
const ORPHAN = `sh -c 'trap "" TERM; echo $$ > child; while :; do sleep 1; done' >/dev/null 2>&1 &
while [ ! -s child ]; do sleep 0.01; done`

async function elapsed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

describe('the program and all that it started are gone', () => {
  test('within a second of an abort, though a grandchild ignores SIGTERM', async () => {
    const baseDir = await tempFolder()
    const aborting = new AbortController()
    const reading = failureOf(readShell(FAMILY, { baseDir, signal: aborting.signal }))
    const [self, child] = [await pidIn(join(baseDir, 'self')), await pidIn(join(baseDir, 'child'))]
    const reason = new Error('enough')
    const ms = await elapsed(async () => {
      aborting.abort(reason)
      expect(await reading).toBe(reason)
    })
    expect(ms).toBeLessThan(1000)
    expect([isGone(self), isDead(child)]).toEqual([true, true])
    // It was asked before it was killed.
    expect(await readFile(join(baseDir, 'told'), 'utf8')).toBe('told\n')
  })

  test('within a second of an abort while the reader is busy elsewhere', async () => {
    const baseDir = await tempFolder()
    const aborting = new AbortController()
    const rows = await open(FAMILY, baseDir, aborting.signal)
    await rows.next()
    const [self, child] = [await pidIn(join(baseDir, 'self')), await pidIn(join(baseDir, 'child'))]
    aborting.abort(new Error('enough'))
    await new Promise((resolve) => setTimeout(resolve, 900))
    expect([isGone(self), isDead(child)]).toEqual([true, true])
    await expect(rows.next()).rejects.toThrow('enough')
  })

  test('when the reader stops early', async () => {
    const baseDir = await tempFolder()
    const rows = await open(FAMILY, baseDir)
    await rows.next()
    const [self, child] = [await pidIn(join(baseDir, 'self')), await pidIn(join(baseDir, 'child'))]
    const ms = await elapsed(() => rows.return(undefined))
    expect(ms).toBeLessThan(1000)
    expect([isGone(self), isDead(child)]).toEqual([true, true])
  })

  test('when a line is wrong', async () => {
    const baseDir = await tempFolder()
    const failure = await failureOf(readShell(`${ORPHAN}\necho oops\nsleep 60`, { baseDir }))
    expect(failure.code).toBe('exec-line')
    expect(isDead(await pidIn(join(baseDir, 'child')))).toBe(true)
  })

  test('when the program itself ended well', async () => {
    const baseDir = await tempFolder()
    const { proof } = await readShell(`${ORPHAN}\n${printing(END(0))}`, { baseDir })
    expect(proof).toMatchObject({ complete: true })
    expect(isDead(await pidIn(join(baseDir, 'child')))).toBe(true)
  })

  test('before it began, when the signal was aborted already', async () => {
    const baseDir = await tempFolder()
    await failureOf(readShell('echo $$ > self', { baseDir, signal: AbortSignal.abort(new Error('enough')) }))
    await expect(readFile(join(baseDir, 'self'))).rejects.toThrow('ENOENT')
  })
})

describe('limits', () => {
  test('timeout ends a program that takes too long', async () => {
    const failure = await failureOf(
      readShell(`while :; do echo '{"id":1}'; sleep 0.05; done`, { options: { timeout: '1s' } }),
    )
    expect(failure).toMatchObject({ name: 'RetryLaterError', code: 'exec-timeout', exitCode: 12 })
    expect(failure.message).toBe('people.sh did not end within 1 s, and was ended')
  })

  test('timeout also ends one that closed its output and does not go', async () => {
    const failure = await failureOf(
      readShell(`${printing(END(0))}\nexec >&-\nsleep 60`, { options: { timeout: '1s' } }),
    )
    expect(failure.code).toBe('exec-timeout')
  })

  test('idleTimeout ends a program that is silent, but not one that says how far it is', async () => {
    const options = { idleTimeout: '1s' }
    const failure = await failureOf(readShell(`echo '{"id":1}'; sleep 60`, { options }))
    expect(failure).toMatchObject({ name: 'RetryLaterError', code: 'exec-idle', exitCode: 12 })
    const talking = `for i in 1 2 3 4; do sleep 0.4; echo "page $i" >&2; done\n${printing(END(0))}`
    expect((await readShell(talking, { options })).proof).toMatchObject({ complete: true })
  })

  test('idleTimeout does not count while the program waits for us', async () => {
    const text = `
      const row = JSON.stringify({ id: 'x'.repeat(1000) }) + '\\n'
      for (let i = 0; i < 2000; i++) if (!process.stdout.write(row)) await new Promise((done) => process.stdout.once('drain', done))
      process.stdout.write('${END(2000)}\\n')`
    let batches = 0
    const { proof } = await readNode(text, {
      options: { idleTimeout: '1s' },
      onBatch: () => (batches++ === 0 ? new Promise((resolve) => setTimeout(resolve, 1600)) : undefined),
    })
    expect(proof).toMatchObject({ complete: true, rows: 2000 })
  })

  test('maxOutput ends a program that writes too much', async () => {
    const failure = await failureOf(readShell(`yes '{"id":1}'`, { options: { maxOutput: '1MiB' } }))
    expect(failure).toMatchObject({ code: 'exec-output-limit', exitCode: 12 })
    expect(failure.message).toBe('people.sh wrote more than 1 MiB, and was ended')
  })

  test('an output that is held open after the end fails the read', async () => {
    const failure = await failureOf(readShell(`sleep 60 &\n${printing(END(0))}`))
    expect(failure).toMatchObject({ code: 'exec-output-open', exitCode: 12 })
  })

  test('what a background part still writes after the end is read', async () => {
    const { proof } = await readShell(`(sleep 0.5; ${printing('{"id":1}', END(1))}\n) &`)
    expect(proof).toMatchObject({ complete: true, rows: 1 })
  })
})

test('a program that writes faster than we read has to wait', async () => {
  const baseDir = await tempFolder()
  const text = `
    import { writeFileSync, writeSync } from 'node:fs'
    const row = Buffer.from(JSON.stringify({ id: 'x'.repeat(1000) }) + '\\n')
    for (let i = 0; i < 5000; i++) {
      writeSync(1, row)
      if (i % 20 === 0) writeFileSync('written', i + '\\n')
    }
    writeSync(1, '${END(5000)}\\n')`
  let batches = 0
  let written = 0
  const { proof } = await readNode(text, {
    baseDir,
    async onBatch() {
      if (batches++ > 0) return
      await new Promise((resolve) => setTimeout(resolve, 800))
      written = await pidIn(join(baseDir, 'written'))
    },
  })
  expect(written).toBeLessThan(2000)
  expect(proof).toMatchObject({ complete: true, rows: 5000 })
})

/** The bare generator of `people.sh`. */
async function open(text: string, baseDir: string, signal = new AbortController().signal): Promise<Rows> {
  await script(baseDir, 'people.sh', `#!/bin/sh\n${text}\n`)
  const { options } = checkOptions(execConnector.options, { command: ['./people.sh'] })
  return execConnector.read({
    options: await resolveOptions(options, { schema: execConnector.options, baseDir }),
    log: silentLog,
    signal,
    clock: systemClock,
    zone: 'UTC',
    fetch: noFetch,
    fetchTrusting: noFetch,
    columns: () => undefined,
    progress: () => undefined,
    scratch: baseDir,
  })
}

function noFetch(): Promise<never> {
  return Promise.reject(new Error('this test has no network'))
}
