/** What the state tells afterwards: runs, history, baselines; held against what happened. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { RunDocument } from '../../core/run/document.ts'
import { scopeOf, targetOf } from '../../core/run/target.ts'
import type { HistoryRow, ResourceRunRow } from '../../core/state/state.ts'
import type { LabResult } from './lab.ts'
import type { Lab } from './lab.ts'
import type { Look } from './look.ts'
import { heldBody } from './people.ts'
import type { Story } from './judge.ts'
import { Violation } from './violation.ts'

export interface Told {
  readonly runId: string
  readonly command: string
  readonly result: LabResult
  /** Of a resource: did Vanta confirm all that this run was to push? */
  wasPushed(resource: string): boolean
}

export interface Ledger {
  /** After each run. @throws Violation */
  check(told: Told): Promise<void>
  /** A person's decision stands in the history. @throws Violation */
  checkDecision(kind: 'approve' | 'reject', hold: string): Promise<void>
  /** What the state believes of Vanta is so. @throws Violation */
  checkBaselines(stories: readonly Story[], look: Look): Promise<void>
  /** Nothing is left of dead processes. @throws Violation */
  checkRecovered(): Promise<void>
}

export function createLedger(lab: Lab): Ledger {
  let seen = 0
  const dead = new Set<string>()

  async function news(): Promise<readonly HistoryRow[]> {
    const rows = await lab.state().history({ limit: 50 })
    const fresh = rows.filter(({ seq }) => seq > seen)
    seen = Math.max(seen, ...fresh.map(({ seq }) => seq))
    return fresh
  }

  return {
    async check({ runId, command, result, wasPushed }) {
      const fresh = await news()
      const entries = fresh.filter(({ kind }) => kind === 'run')
      for (const { facts } of entries) {
        if (facts['runId'] !== runId) throw new Violation('history', `an entry names run ${String(facts['runId'])}`)
        if (facts['outcome'] === 'pushed' && !wasPushed(String(facts['resource'])))
          throw new Violation('history', 'an entry says pushed of what Vanta did not confirm')
      }
      const { document } = result
      if (command === 'plan') {
        if (fresh.length > 0) throw new Violation('dry', 'a plan wrote into the history')
        return
      }
      const run = await lab.state().runs.get(runId)
      for (const row of run?.resources ?? []) judgeRow(row, wasPushed)
      if (result.ended === 'killed') {
        dead.add(runId)
        if (run?.status === 'running') throw new Violation('recovery', 'a killed run still counts as running')
        if (run?.status === 'finished' && run.resources.length === 0 && run.outcome === 'succeeded')
          throw new Violation('history', 'a killed run counts as succeeded')
      } else if (run?.status !== 'finished')
        throw new Violation('history', `the run is ${run?.status ?? 'not recorded'}`)
      if (document !== undefined) await judgeDocument(lab, document, entries)
    },
    async checkDecision(kind, hold) {
      const fresh = await news()
      const right = fresh.filter((row) => row.kind === kind && row.facts['hold'] === hold)
      if (right.length !== 1)
        throw new Violation('history', `the history holds ${right.length} entries of one decision`)
    },
    async checkBaselines(stories, look) {
      for (const story of stories) for (const id of story.resourceIds) await checkBaseline(lab, { story, id, look })
    },
    async checkRecovered() {
      const left = readdirSync(join(lab.settings().state.path, 'scratch'))
      if (left.length > 0) throw new Violation('recovery', `scratch folders are left behind: ${left.length}`)
      for (const id of dead) {
        const run = await lab.state().runs.get(id)
        if (run?.status === 'running') throw new Violation('recovery', 'a killed run still counts as running')
      }
      dead.clear()
    },
  }
}

function judgeRow(row: ResourceRunRow, wasPushed: (resource: string) => boolean): void {
  if (row.success !== (row.outcome === 'pushed')) throw new Violation('history', 'a row counts as success and was none')
  if (row.outcome === 'pushed' && !wasPushed(row.resource))
    throw new Violation('history', 'a row says pushed of what Vanta did not confirm')
}

async function judgeDocument(lab: Lab, document: RunDocument, entries: readonly HistoryRow[]): Promise<void> {
  const run = await lab.state().runs.get(document.runId)
  if (run?.outcome !== document.outcome || run.exitCode !== document.exitCode)
    throw new Violation('history', `the run says ${document.outcome}, its record ${run?.outcome ?? 'nothing'}`)
  for (const { name, outcome } of document.resources) {
    const own = entries.filter(({ facts }) => facts['resource'] === name)
    if (own.length !== 1 || own[0]?.facts['outcome'] !== outcome)
      throw new Violation('history', `the history has ${own.length} entries of ${name}, which was ${outcome}`)
    const row = run.resources.find(({ resource }) => resource === name)
    if (row?.outcome !== outcome) throw new Violation('history', `${name} was ${outcome}, its row says ${row?.outcome}`)
    const scope = scopeOf(lab.settings(), lab.resource(name))
    const latest = (await lab.state().runs.latest([scope])).get(scope)?.last
    if (latest?.runId !== document.runId)
      throw new Violation('history', `the latest run of ${name} is not the last one`)
  }
}

interface BaselineOf {
  readonly story: Story
  readonly id: string
  readonly look: Look
}

async function checkBaseline(lab: Lab, { story, id, look }: BaselineOf): Promise<void> {
  if (story.clouded.has(id)) return
  const target = targetOf(lab.settings(), lab.resource(story.script.name), id)
  const state = lab.state()
  if ((await state.pushes.pending(target)) !== undefined || (await state.baselines.head(target)) === undefined) return
  const believed = new Map<string, string>()
  for await (const batch of state.baselines.records(target))
    for (const { uniqueId, body } of batch)
      believed.set(uniqueId, heldBody(JSON.parse(body) as Record<string, unknown>))
  const held = look.get(id)?.held ?? new Map<string, string>()
  const differs = [...new Set([...believed.keys(), ...held.keys()])].filter(
    (each) => believed.get(each) !== held.get(each),
  )
  if (differs.length === 0) return
  throw new Violation(
    'confirmed',
    `the state believes something else than Vanta holds, about ${differs.length} of ${held.size}`,
  )
}
