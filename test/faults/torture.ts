/** `npm run torture`: tries to refute the claim that nothing makes vanta-sync delete, lose or lie. */
import { parseArgs } from 'node:util'
import { killAndRecover } from './kills.ts'
import { runMachine } from './machine.ts'
import type { Tally } from './play.ts'
import { Violation } from './violation.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string' },
    kills: { type: 'string' },
  },
})
const started = performance.now()
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const inOrder = (counts: ReadonlyMap<string, number>): [string, number][] =>
  [...counts].sort(([one], [other]) => (one < other ? -1 : 1))
if (values.kills === undefined) await refute(Number(values.seed), Number(values.runs ?? 1000))
else await kill(Number(values.seed), Number(values.kills))

async function refute(seed: number, runs: number): Promise<void> {
  const { tally, refutation } = await runMachine({
    seed,
    runs,
    onScenario(soFar, played) {
      if (played % 20 === 0) say(`seed ${played}: ${soFar.runs} runs, ${seconds()} s`)
    },
  })
  tell(tally)
  if (refutation === undefined) {
    say('0 wrong deletions, 0 lost updates, 0 lies')
    return
  }
  say(`\n1 ${refutation.harm}, with seed ${refutation.seed}:\n`)
  for (const line of refutation.story) say(line)
  say(`\n${refutation.violation.message}\n\nRepeat it with: ${refutation.repeat}`)
  process.exitCode = 1
}

/** Real processes: some hundred milliseconds for each kill and its recovery. */
async function kill(seed: number, kills: number): Promise<void> {
  try {
    const { recoveries, where, tooLate } = await killAndRecover({
      seed,
      kills,
      onKill: (done) => (done % 20 === 0 || kills < 50 ? say(`${done} kills, ${seconds()} s`) : undefined),
    })
    for (const [place, count] of inOrder(where)) say(`${String(count).padStart(8)}  ${place}`)
    say(`${String(tooLate).padStart(8)}  came too late`)
    say(`\n${kills} kills, ${recoveries} recoveries without a hand, in ${seconds()} s`)
  } catch (error) {
    if (!(error instanceof Violation)) throw error
    say(`\n${error.message}\n\nRepeat it with: npm run torture -- --seed ${seed} --kills ${kills}`)
    process.exitCode = 1
  }
}

function seconds(): string {
  return ((performance.now() - started) / 1000).toFixed(1)
}

function tell({ fired, outcomes, runs }: Tally): void {
  say(`\nFaults fired:`)
  for (const [name, count] of inOrder(fired)) say(`${String(count).padStart(8)}  ${name}`)
  say(`\nHow resources fared:`)
  for (const [name, count] of inOrder(outcomes)) say(`${String(count).padStart(8)}  ${name}`)
  say(`\n${runs} runs in ${seconds()} s`)
}
