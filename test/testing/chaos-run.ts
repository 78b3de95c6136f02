/** Many runs of one workshop on a chaos source, each judged by the model. */
import { HOUR, MINUTE } from '../../core/clock.ts'
import type { Connector } from '../../core/connector.ts'
import type { ResourceSpec } from '../../core/resource.ts'
import type { RunDocument } from '../../core/run/document.ts'
import type { ChaosFault } from '../../testing/chaos/faults.ts'
import { createRandom, type Random } from '../../testing/chaos/random.ts'
import { type ChaosSource, createChaosSource } from '../../testing/chaos/source.ts'
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts'
import { createWorkshop, DEFAULT_GUARD, PEOPLE_MAP, sourceOf, typeOf, type Workshop } from '../support/workshop.ts'
import { createModel, heldBody, type Look, type Model } from './chaos-model.ts'

export interface ChaosRun {
  readonly seed: number
  readonly runs: number
  readonly faults?: readonly ChaosFault[]
  /** A bug planted between the source and the runner. */
  readonly wrap?: (connector: Connector) => Connector
  /** A bug planted into the runner's rules. */
  readonly resource?: Partial<ResourceSpec>
}

export interface ChaosTally {
  readonly fired: ReadonlyMap<ChaosFault, number>
  /** How many runs ended so: `pushed`, `held`, `failed`, `approved`. */
  readonly outcomes: ReadonlyMap<string, number>
}

interface Stage extends Required<Pick<ChaosRun, 'seed'>> {
  readonly shop: Workshop
  readonly source: ChaosSource
  readonly clock: FakeClock
  readonly random: Random
  readonly model: Model
  readonly count: (outcome: string) => void
}

/** @throws Error that names the seed and the invariant which does not hold */
export async function runChaos({
  seed,
  runs,
  faults,
  wrap = (connector) => connector,
  resource,
}: ChaosRun): Promise<ChaosTally> {
  const clock = createFakeClock()
  // Past the time-out of a read, and past the patience with a module that does not listen.
  const onStall = (): void => void clock.advance(MINUTE)
  const source = createChaosSource({ seed, rows: 60, onStall, ...(faults === undefined ? {} : { faults }) })
  const type = typeOf('user_account')
  const base = sourceOf({ rows: [], ending: 'complete' }, type, PEOPLE_MAP, 'chaos')
  const shop = await createWorkshop({
    clock,
    sandbox: { clock, limits: { tokenRequests: 1000, resourceRequests: 10_000 } },
    resource: {
      ...resource,
      sources: [{ ...base, connector: wrap(source.connector) }],
      guard: resource?.guard ?? DEFAULT_GUARD,
    },
  })
  const outcomes = new Map<string, number>()
  const count = (outcome: string): void => void outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  const stage = { seed, shop, source, clock, random: createRandom(seed + 1), model: createModel(), count }
  try {
    for (let run = 0; run < runs; run++) {
      await oneRun(stage)
      await clock.advance((1 + stage.random.below(30)) * HOUR)
    }
    return { fired: source.fired, outcomes }
  } finally {
    await shop.close()
  }
}

async function oneRun(stage: Stage): Promise<void> {
  const { shop, source, random, count } = stage
  const planned = random.chance(0.25) ? await plan(stage) : undefined
  const document = await judged(stage, { approved: false }, () => shop.run())
  const resource = document.resources[0]
  count(resource?.outcome ?? 'nothing')
  if (planned !== undefined && JSON.stringify(planned) !== JSON.stringify(resource?.changes))
    throw told(stage, new Error('plan and run decide differently about the same rows'))
  const hold = resource?.hold?.id
  if (hold === undefined || random.chance(0.4)) return
  const held = await shop.state.holds.get(hold)
  if (held === undefined) throw told(stage, new Error('a hold is not in the state'))
  await shop.state.holds.save({ ...held, status: 'approved' })
  source.again()
  await judged(stage, { approved: true }, () => shop.run({ command: 'approve' }))
  count('approved')
}

/** Dry means dry; the run after it reads the same. */
async function plan(stage: Stage): Promise<unknown> {
  const { shop, source } = stage
  const before = lookAt(shop)
  const document = await shop.plan()
  const after = lookAt(shop)
  if (before.puts !== after.puts) throw told(stage, new Error('a plan sent a PUT'))
  source.again()
  return document.resources[0]?.changes
}

async function judged(
  stage: Stage,
  { approved }: { approved: boolean },
  run: () => Promise<RunDocument>,
): Promise<RunDocument> {
  const { shop, source, clock, model } = stage
  const before = lookAt(shop)
  const document = await run()
  const read = source.last()
  if (read === undefined) throw told(stage, new Error('nothing was read'))
  try {
    model.judge({ document, read, before, after: lookAt(shop), approved, now: clock.now() })
  } catch (error) {
    throw told(stage, error)
  }
  return document
}

function told({ seed, source }: Stage, cause: unknown): Error {
  const read = source.last()
  const message = cause instanceof Error ? cause.message : String(cause)
  return new Error(`seed ${seed}, read ${read?.number} (the source ${read?.fault ?? 'is well'}): ${message}`, { cause })
}

function lookAt({ sandbox }: Workshop): Look {
  const records = sandbox.control.state().resources.flatMap((resource) => resource.records)
  const alive = records.filter(({ deletedAt }) => deletedAt === null || deletedAt === undefined)
  return {
    held: new Map(alive.map((record) => [String(record['uniqueId']), heldBody(record)])),
    puts: sandbox.control.requests().filter(({ method }) => method === 'PUT').length,
  }
}
