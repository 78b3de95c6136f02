/** One scenario, day by day. */
import { MINUTE } from '../../core/clock.ts'
import { decideHold } from '../../core/decision/hold.ts'
import type { ResourceSpec } from '../../core/resource.ts'
import type { RunCommand } from '../../core/run/run-options.ts'
import type { RequestEntry } from '../../sandbox/request-log.ts'
import { createRandom, type Random } from '../../testing/chaos/random.ts'
import { expectedOf } from './expected.ts'
import { judgeRun, type Seen, type Story } from './judge.ts'
import { type Lab, type LabResult, openLab } from './lab.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { type Commit, lookAt, unionOf } from './look.ts'
import { createCrowd, type Crowd, type Person } from './people.ts'
import { type Day, type Ending, resourceIdOf, type Scenario } from './scenario.ts'
import type { Given, Today } from './sources.ts'
import type { Subject } from './subject.ts'
import { LIE } from './vanta-faults.ts'
import { Violation } from './violation.ts'

export interface Tally {
  runs: number
  readonly fired: Map<string, number>
  readonly outcomes: Map<string, number>
}

export function emptyTally(): Tally {
  return { runs: 0, fired: new Map(), outcomes: new Map() }
}

export function countIn(map: Map<string, number>, name: string, by = 1): void {
  map.set(name, (map.get(name) ?? 0) + by)
}

/** What the machine tells of a scenario that refuted a claim. */
export class Refuted extends Error {
  readonly violation: Violation
  readonly story: readonly string[]

  constructor(violation: Violation, story: readonly string[]) {
    super(violation.message, { cause: violation })
    this.name = 'Refuted'
    this.violation = violation
    this.story = story
  }
}

interface Play {
  readonly scenario: Scenario
  readonly lab: Lab
  readonly ledger: Ledger
  readonly tally: Tally
  readonly found: Violation[]
  readonly crowds: ReadonlyMap<string, Crowd>
  readonly stories: ReadonlyMap<string, Story>
  readonly diary: string[]
  readonly random: Random
  /** What the sources gave in the present run. */
  given: Given[]
  day: Day | undefined
  dayNumber: number
  meddledWith: Set<string>
  /** Of token requests, by application; and of all. */
  tokenTimes: number[]
}

/** @throws Refuted */
export async function playScenario(scenario: Scenario, subject: Subject, tally: Tally): Promise<void> {
  const found: Violation[] = []
  const diary: string[] = []
  const crowds = new Map(scenario.resources.map(({ name, people }, index) => [name, createCrowd(people, `E${index}`)]))
  const stories = new Map(scenario.resources.map((script) => [script.name, storyOf(script)]))
  // The sources and the sandbox speak to the play before it is whole.
  const open = (): Play => play
  const lab = await openLab({
    scenario,
    subject,
    found,
    script: (resource, source) => ({
      today: () => today(open(), resource, source),
      fired: (fault) => countIn(tally.fired, `source ${fault}`),
      gave: (given) => void open().given.push(given),
    }),
    onCommit: (commit) => onCommit(open(), commit),
  })
  const play: Play = {
    scenario,
    lab,
    ledger: createLedger(lab),
    tally,
    found,
    crowds,
    stories,
    diary,
    random: createRandom(scenario.seed ^ 0x5eed),
    given: [],
    day: undefined,
    dayNumber: -1,
    meddledWith: new Set(),
    tokenTimes: [],
  }
  try {
    for (const day of scenario.days) await playDay(play, day)
    await converge(play)
  } catch (error) {
    if (error instanceof Violation) throw new Refuted(error, diary)
    throw error
  } finally {
    await lab.close()
  }
}

function storyOf(script: Scenario['resources'][number]): Story {
  return {
    script,
    allIds: new Set(script.resourceIds),
    resourceIds: script.resourceIds,
    accepted: new Map(),
    departed: new Map(),
    approved: undefined,
    clouded: new Set(),
    settled: false,
  }
}

function today({ scenario, crowds, day, dayNumber }: Play, resource: string, source: number): Today {
  const index = scenario.resources.findIndex(({ name }) => name === resource)
  const count = scenario.resources[index]?.sources ?? 1
  const everybody = crowds.get(resource)?.people() ?? []
  const people = count === 1 ? everybody : everybody.filter((person) => isOf(person, source))
  const random = createRandom(scenario.seed * 31 + dayNumber * 7 + index * 3 + source)
  const limitsAge = scenario.resources[index]?.maxDataAgeMs !== undefined
  return { people, fault: day?.sourceFaults[index]?.[source], random, limitsAge }
}

/** A third stands in both sources. */
function isOf({ id }: Person, source: number): boolean {
  const third = Number(id.slice(-5)) % 3
  return third === 2 || third === source
}

function storyWith({ stories }: Play, resourceId: string): Story | undefined {
  return [...stories.values()].find(({ allIds }) => allIds.has(resourceId))
}

function onCommit(play: Play, { resourceId, look }: Commit): void {
  const story = storyWith(play, resourceId)
  if (story === undefined) return
  story.clouded.delete(resourceId)
  story.accepted = unionOf(look, [...story.allIds])
  if (play.day?.meddles !== 'after a PUT') return
  meddle(play, resourceId)
}

/** Another program with the same application writes to a resource id. */
function meddle(play: Play, resourceId: string): void {
  const { lab, day, random } = play
  const story = storyWith(play, resourceId)
  const { control } = lab.sandbox
  const clientId = lab.sandbox.applications[story?.script.application ?? 0]?.clientId ?? ''
  const target = { type: 'user_account' as const, resourceId, clientId }
  const rows = control.records(target).filter(({ deletedAt }) => deletedAt === null)
  const victim = rows[random.below(rows.length)]
  if (story === undefined || day === undefined || victim === undefined) return
  const clean = rows.map(({ createdAt: _c, updatedAt: _u, deletedAt: _d, ...row }) => row)
  const id = String(victim['uniqueId'])
  const isVictim = (row: Readonly<Record<string, unknown>>): boolean => row['uniqueId'] === id
  const stranger = { ...clean.find(isVictim), uniqueId: `X-${random.below(1e6)}` }
  const resources = {
    'removes somebody': clean.filter((row) => !isVictim(row)),
    'adds a stranger': [...clean, stranger],
    'changes somebody': clean.map((row) => (isVictim(row) ? { ...row, displayName: 'Somebody Else' } : row)),
  }[day.meddling]
  control.seed({ ...target, resources })
  lab.witness.overlook()
  story.clouded.add(resourceId)
  for (const each of [id, stranger.uniqueId]) play.meddledWith.add(each)
  play.diary.push(`  another program ${day.meddling} (${id})`)
  countIn(play.tally.fired, `writer ${day.meddling} ${day.meddles ?? ''}`)
}

async function playDay(play: Play, day: Day): Promise<void> {
  const { lab, crowds, random, diary, scenario } = play
  play.day = day
  play.dayNumber++
  await lab.clock.pass(day.waitMs)
  diary.push(`day ${play.dayNumber}, ${new Date(lab.clock.now()).toISOString()}: ${sayDay(day)}`)
  if (play.dayNumber > 0) for (const crowd of crowds.values()) crowd.passTime(random)
  if (day.closes > 0) crowds.get(scenario.resources[0]?.name ?? '')?.close(day.closes, random)
  if (day.clockJumpMs !== 0) jump(play, day.clockJumpMs)
  if (day.secretKnown) lab.learnSecrets()
  if (day.listChanges) changeList(play)
  if (day.restarts) await restart(play)
  if (day.meddles === 'before the run') meddleSomewhere(play)
  for (const fault of day.vantaFaults) lab.sandbox.control.fail(fault.on, fault.do)
  const names = scenario.resources.map(({ name }) => name)
  if (day.plansFirst) await runOnce(play, { command: 'plan', names, ending: undefined })
  const result = await runOnce(play, { command: 'run', names, ending: day.ending })
  await act(play, day, result)
  countFaults(play)
  lab.learnSecrets()
}

function sayDay(day: Day): string {
  const faults = day.sourceFaults.flatMap((sources, resource) =>
    sources.flatMap((fault, source) => (fault === undefined ? [] : [`source ${resource}.${source} ${fault}`])),
  )
  const words = [
    ...faults,
    ...day.vantaFaults.map(({ name, on }) => `${name} (from ${on.nth}, ${on.count} times)`),
    ...(day.closes > 0 ? [`${day.closes * 100} % leave`] : []),
    ...(day.clockJumpMs === 0 ? [] : [`the clock jumps ${day.clockJumpMs / 3_600_000} h`]),
    ...(day.ending === undefined ? [] : [`${day.ending.how} at touch ${day.ending.touch}`]),
    ...(day.meddles === undefined ? [] : [`another program ${day.meddling} ${day.meddles}`]),
    ...(day.restarts ? ['restart'] : []),
    ...(day.listChanges ? ['the list of resource ids changes'] : []),
  ]
  return words.length === 0 ? 'all is well' : words.join('; ')
}

function jump(play: Play, ms: number): void {
  play.lab.jump(ms)
  // Who moves the clock by hours moves the minute, too; what was sent before is beyond comparison.
  play.tokenTimes = []
  countIn(play.tally.fired, ms > 0 ? 'clock jumps ahead' : 'clock jumps back')
}

async function restart({ lab, tally }: Play): Promise<void> {
  await lab.reopen()
  countIn(tally.fired, 'restart')
}

function meddleSomewhere(play: Play): void {
  const story = play.random.pick([...play.stories.values()])
  meddle(play, play.random.pick(story.resourceIds))
  play.meddledWith.clear()
}

/** An id joins the list of a resource that has several, or leaves it. */
function changeList(play: Play): void {
  const story = [...play.stories.values()].find(({ resourceIds }) => resourceIds.length > 1)
  if (story === undefined) return
  const index = play.scenario.resources.indexOf(story.script)
  const joins = story.resourceIds.length < 3
  const first = story.resourceIds[0] ?? ''
  const resourceIds = joins
    ? [...story.resourceIds, resourceIdOf(index, story.allIds.size)]
    : story.resourceIds.slice(0, 2)
  // Whether a new id has its records must be known before it leaves again: nobody would look there any more.
  if (!joins && !story.settled) return
  // Ten ids have a name; the first one names the scope.
  if (!resourceIds.includes(first) || story.allIds.size > 8) return
  const changed: Story = { ...story, resourceIds, allIds: new Set([...story.allIds, ...resourceIds]) }
  ;(play.stories as Map<string, Story>).set(story.script.name, changed)
  play.lab.setResourceIds(story.script.name, resourceIds)
  countIn(play.tally.fired, joins ? 'resource id joins' : 'resource id leaves')
}

interface Once {
  readonly command: RunCommand
  readonly names: readonly string[]
  readonly ending: Ending
}

async function runOnce(play: Play, { command, names, ending }: Once): Promise<LabResult> {
  const { lab, scenario, tally, stories } = play
  const runId = `run-${scenario.seed}-${String(++tally.runs).padStart(7, '0')}`
  play.given = []
  play.meddledWith = new Set()
  lab.witness.begin()
  const before = lookAt(lab.sandbox.control)
  const earlier = new Map(
    [...stories].map(([name, story]) => [name, { accepted: story.accepted, clouded: new Set(story.clouded) }]),
  )
  const now = lab.ownClock.now()
  const resources: ResourceSpec[] = names.map((name) => lab.resource(name))
  const result = await lab.run({ command, runId, resources, ending })
  noteEnding(play, result, command)
  const after = lookAt(lab.sandbox.control)
  const first = play.found.shift()
  if (first !== undefined) throw first
  cloud(play)
  const seen = names.map((name): Seen => {
    const story = stories.get(name)
    if (story === undefined) throw new Error(`there is no story of ${name}`)
    const known = { before: unionOf(before, [...story.allIds]), accepted: earlier.get(name)?.accepted ?? new Map() }
    return {
      story: { ...story, accepted: known.accepted },
      command,
      fared: result.document?.resources.find((each) => each.name === name),
      ended: result.ended,
      expected: expectedOf(
        story.script,
        play.given.filter(({ resource }) => resource === name),
        known,
      ),
      before: known.before,
      commits: lab.witness.commits.filter(({ resourceId }) => story.allIds.has(resourceId)),
      after,
      meddledWith: play.meddledWith,
      approving: command === 'approve' || story.approved !== undefined,
      now,
    }
  })
  for (const each of seen) judgeRun(each)
  judgeTokens(play, result)
  judgeWords(play)
  await play.ledger.check({ runId, command, result, wasPushed: (name) => wasPushed(seen, name) })
  await play.ledger.checkBaselines([...stories.values()], after)
  if (result.ended === 'killed') await play.ledger.checkRecovered()
  for (const each of seen) settle(play, each)
  return result
}

function noteEnding({ tally, diary }: Play, result: LabResult, command: string): void {
  const outcomes = result.document?.resources.map(({ outcome, error }) =>
    error === undefined ? outcome : `${outcome} (${error.code})`,
  )
  for (const outcome of outcomes ?? []) countIn(tally.outcomes, outcome.split(' ')[0] ?? '')
  if (result.document === undefined) countIn(tally.outcomes, result.ended)
  if (result.endedAt !== undefined)
    countIn(tally.fired, `process ${result.ended === 'normally' ? 'has a rival' : result.ended}`)
  const at = result.endedAt === undefined ? '' : ` ${result.ended} ${result.endedAt}`
  diary.push(`  ${command}: ${outcomes?.join(', ') ?? 'no document'}${at}`)
}

/** After a success that Vanta only claimed, nobody can know what it holds before the next PUT. */
function cloud({ day, lab, stories }: Play): void {
  const lies = day?.vantaFaults.some(({ name }) => name.endsWith(LIE)) === true
  const lied =
    lies &&
    lab.witness.requests.some(({ method, status, note }) => method === 'PUT' && status === 200 && note !== undefined)
  if (!lied) return
  for (const story of stories.values()) for (const id of story.resourceIds) story.clouded.add(id)
}

function wasPushed(seen: readonly Seen[], name: string): boolean {
  const own = seen.find(({ story }) => story.script.name === name)
  if (own === undefined) return false
  const taken = new Set(own.commits.filter(({ confirmed }) => confirmed).map(({ resourceId }) => resourceId))
  return own.story.resourceIds.every((id) => taken.has(id) || own.story.clouded.has(id))
}

function settle(play: Play, { story: { script }, fared, after }: Seen): void {
  const story = play.stories.get(script.name)
  if (story === undefined) return
  if (fared?.error?.code === 'not-held') story.accepted = unionOf(after, [...story.allIds])
  if (fared?.outcome === 'pushed') story.approved = undefined
  story.settled = fared?.outcome === 'pushed'
}

const TOKEN_LIFE = 3500_000

function judgeTokens(play: Play, result: LabResult): void {
  const { lab } = play
  const { requests } = lab.witness
  if (result.requestsAfterLoss > 0)
    throw new Violation('lease', `${result.requestsAfterLoss} tokens or PUTs were asked for after the lease was lost`)
  const minted = requests.filter((entry) => isMint(entry) && entry.status === 200 && entry.note === undefined).length
  const refused = requests.some(({ status, method }) => status === 401 && method !== 'POST')
    ? play.scenario.applications
    : 0
  const lives = Math.floor((lab.clock.now() - result.startedAt) / TOKEN_LIFE) * play.scenario.applications
  const allowed = play.scenario.applications + refused + lives
  if (minted > allowed) throw new Violation('lease', `${minted} tokens were minted in one run; ${allowed} are right`)
  for (const { at } of requests.filter(isMint)) play.tokenTimes.push(Date.parse(at))
  play.tokenTimes = play.tokenTimes.slice(-12)
  for (const [index, at] of play.tokenTimes.entries()) {
    const sixth = play.tokenTimes[index + 5]
    if (sixth !== undefined && sixth - at < MINUTE)
      throw new Violation('limits', `six token requests within ${sixth - at} ms`)
  }
}

function isMint({ method }: RequestEntry): boolean {
  return method === 'POST'
}

/** People are numbered, so that their ids are easily found wherever they do not belong. */
const PERSONAL = /E\d-\d{5}|@example\.com|vcs_[0-9a-f]|vat_[0-9a-f]/

function judgeWords({ lab }: Play): void {
  const leak = lab.said.find((text) => PERSONAL.test(text))
  lab.said.length = 0
  if (leak !== undefined) throw new Violation('secrecy', `it was said: ${leak.slice(0, 200)}`)
}

/** The person who looks after what is held. */
async function act(play: Play, day: Day, { document }: LabResult): Promise<void> {
  for (const { name, outcome, hold } of document?.resources ?? []) {
    if (outcome !== 'held' || hold?.id === undefined || day.act === 'ignore') continue
    await decide(play, name, day.act === 'reject' ? 'reject' : 'approve')
    if (day.act === 'reject') continue
    if (day.act === 'approve later') {
      await play.lab.clock.pass(2 * MINUTE)
      for (const crowd of play.crowds.values()) crowd.passTime(play.random)
    }
    await runOnce(play, { command: 'approve', names: [name], ending: undefined })
  }
}

async function decide(play: Play, name: string, decision: 'approve' | 'reject'): Promise<void> {
  const { lab, stories, tally, diary } = play
  const story = stories.get(name)
  const by = { name: 'somebody', provenBy: 'scenario' }
  const hold = await decideHold(lab.context(), { name, decision, by, reason: 'seen' })
  diary.push(`  a person decides: ${decision} ${name}`)
  countIn(tally.fired, `person ${decision}s`)
  await play.ledger.checkDecision(decision, hold.id)
  if (story === undefined) return
  story.approved = decision === 'approve' ? await leavingOf(play, name, story) : undefined
}

/** Who would leave by what the person has seen: everybody whom the latest reads do not have active. */
async function leavingOf({ lab, given }: Play, name: string, story: Story): Promise<ReadonlySet<string>> {
  const held = unionOf(lookAt(lab.sandbox.control), [...story.allIds])
  const own = given.filter(({ resource }) => resource === name)
  const { records } = expectedOf(story.script, own, { before: held, accepted: story.accepted })
  const stays = (id: string): boolean => [...(records.get(id)?.bodies ?? [])].some((body) => body.endsWith('"ACTIVE"]'))
  return new Set([...held.keys()].filter((id) => !stays(id)))
}

function countFaults({ lab, tally }: Play): void {
  for (const fault of lab.sandbox.control.faults()) {
    if (fault.fired > 0) countIn(tally.fired, `vanta ${fault.on.method ?? ''} ${sayEffect(fault.do)}`, fault.fired)
  }
  lab.sandbox.control.clearFaults()
}

function sayEffect(effect: object): string {
  return Object.entries(effect)
    .filter(([name]) => name !== 'headers' && name !== 'body')
    .map(([name, value]) => (value === true ? name : `${name} ${String(value)}`))
    .join(' ')
}

/** All is well again: after a few runs and approvals Vanta holds what is true. */
async function converge(play: Play): Promise<void> {
  const { lab, scenario, stories, crowds, diary } = play
  diary.push('the end: all is well again')
  play.day = undefined
  const names = scenario.resources.map(({ name }) => name)
  for (let round = 0; round < 3; round++) {
    await lab.clock.pass(30 * 3_600_000)
    const { document } = await runOnce(play, { command: 'run', names, ending: undefined })
    for (const { name, outcome } of document?.resources ?? []) {
      if (outcome !== 'held') continue
      await decide(play, name, 'approve')
      await runOnce(play, { command: 'approve', names: [name], ending: undefined })
    }
  }
  const look = lookAt(lab.sandbox.control)
  for (const [name, story] of stories) {
    const held = unionOf(look, [...story.allIds])
    const lacking = (crowds.get(name)?.people() ?? []).filter(({ id }) => !held.has(id))
    if (lacking.length > 0)
      throw new Violation('lost', `all is well again, and ${lacking.length} people of ${name} are not there`)
  }
}
