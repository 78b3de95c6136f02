/** The product with one part broken on purpose, for each invariant: the machine must refute each of them. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Connector, Rows } from '../../core/connector.ts'
import type { NetworkTransport } from '../../core/network/transport.ts'
import type { GuardSpec, ResourceSpec, Settings } from '../../core/resource.ts'
import { run } from '../../core/run/run.ts'
import type { RunOptions } from '../../core/run/run-options.ts'
import type { Lease } from '../../core/state/lease.ts'
import type { State } from '../../core/state/state.ts'
import { PRODUCT, type Subject } from './subject.ts'
import type { Invariant } from './violation.ts'

export interface Bug {
  /** Any of these may be the one that notices first. */
  readonly breaks: readonly Invariant[]
  /** The seed to begin with: a scenario before long meets what it takes. */
  readonly from: number
  readonly subject: Subject
}

export const BUGS: Readonly<Record<string, Bug>> = {
  'a proof that says complete whatever came': {
    breaks: ['unproven'],
    from: 1,
    subject: withResources((resource) => ({ ...resource, ...lyingSources(resource) })),
  },
  'old data that is taken for new': {
    breaks: ['unproven'],
    from: 394,
    subject: withResources(({ maxDataAgeMs: _ageless, ...resource }) => resource),
  },
  'a second source that is forgotten': {
    breaks: ['whole', 'unproven'],
    from: 2,
    subject: withResources((resource) => ({ ...resource, sources: resource.sources.slice(0, 1) })),
  },
  'a merge that leaves invalid records out': {
    breaks: ['badRecord'],
    from: 3,
    subject: withResources((resource) => ({ ...resource, onInvalid: 'drop' })),
  },
  'a guard that lets everything pass': {
    breaks: ['guard'],
    from: 1,
    subject: withResources((resource) => ({ ...resource, guard: openGuard(resource.guard) })),
  },
  'departures that are forgotten from run to run': {
    breaks: ['guard'],
    from: 1,
    subject: withState((state) => ({
      baselines: { ...state.baselines, departures: async () => new Set<string>() },
    })),
  },
  'an approval that covers whatever comes': {
    breaks: ['guard'],
    from: 2,
    subject: withState((state) => ({ holds: { ...state.holds, covers: async () => true } })),
  },
  'an approval that is never used up': {
    breaks: ['guard'],
    from: 1,
    subject: withState((state) => ({
      holds: {
        ...state.holds,
        covers: async (id, subjects) =>
          (await state.holds.get(id))?.status === 'approved' || state.holds.covers(id, subjects),
        async save(hold, subjects) {
          if (hold.status !== 'used' && hold.status !== 'superseded') await state.holds.save(hold, subjects)
        },
      },
    })),
  },
  'a lease that is always granted': {
    breaks: ['lease'],
    from: 2,
    subject: withState(() => ({ lease: async ({ connection }) => grantedLease(connection) })),
  },
  'a proof of the lease that is not looked at': {
    breaks: ['lease'],
    from: 2,
    subject: withState((state) => ({
      async lease(request) {
        const lease = await state.lease(request)
        return { ...lease, prove: async () => undefined }
      },
    })),
  },
  'a token for each request': {
    breaks: ['lease', 'limits'],
    from: 1,
    subject: { ...PRODUCT, openTransport: () => mintingTransport() },
  },
  'a limit that each process counts for itself': {
    breaks: ['limits'],
    from: 5,
    subject: withState(() => ({
      requests: { reserve: async () => ({ ticket: 0 }), settle: async () => undefined },
    })),
  },
  'a client that takes a 500 for success': {
    breaks: ['confirmed', 'lost'],
    from: 2,
    subject: { ...PRODUCT, openTransport: () => answering((status) => status >= 500) },
  },
  'a client that takes a refusal for success': {
    breaks: ['confirmed', 'lost'],
    from: 1,
    subject: { ...PRODUCT, openTransport: () => answering((status) => status >= 400 && status < 500) },
  },
  'a baseline that forgets what was pushed': {
    breaks: ['confirmed'],
    from: 1,
    subject: withState((state) => ({
      baselines: { ...state.baselines, commit: (commit) => state.baselines.commit({ ...commit, upserted: [] }) },
    })),
  },
  'a PUT under way that nobody notes': {
    breaks: ['confirmed'],
    from: 4,
    subject: withState((state) => ({ pushes: { ...state.pushes, begin: async () => undefined } })),
  },
  'a refused PUT that forgets an unknown one': {
    breaks: ['confirmed'],
    from: 4,
    subject: withState((state) => ({ pushes: { ...state.pushes, pending: forgetful(state) } })),
  },
  'a killed run that goes on for ever': {
    breaks: ['recovery'],
    from: 2,
    subject: withState((state) => ({ runs: { ...state.runs, settleInterrupted: async () => undefined } }), true),
  },
  'an id in the log': {
    breaks: ['secrecy'],
    from: 1,
    subject: { ...PRODUCT, emit: (emit) => (event) => emit(gossip(event)) },
  },
  'a plan that pushes': {
    breaks: ['dry'],
    from: 1,
    subject: { ...PRODUCT, run: (options) => run({ ...options, command: pushing(options) }) },
  },
  'a history that skips an entry': {
    breaks: ['history'],
    from: 1,
    subject: withState((state) => ({
      runs: { ...state.runs, finish: (id, end) => state.runs.finish(id, { ...end, history: [] }) },
    })),
  },
  'a history that says pushed of what was held': {
    breaks: ['history'],
    from: 1,
    subject: withState((state) => ({
      runs: { ...state.runs, finish: (id, end) => state.runs.finish(id, flattered(end)) },
    })),
  },
}

function withResources(change: (resource: ResourceSpec) => ResourceSpec): Subject {
  const changed = (options: RunOptions): RunOptions => ({
    ...options,
    resources: options.resources.map(change),
    context: { ...options.context, settings: changedSettings(options.context.settings, change) },
  })
  return { ...PRODUCT, run: (options) => run(changed(options)) }
}

function changedSettings(settings: Settings, change: (resource: ResourceSpec) => ResourceSpec): Settings {
  return { ...settings, resources: settings.resources.map(change) }
}

function withState(change: (state: State) => Partial<State>, leavesRunning = false): Subject {
  return {
    ...PRODUCT,
    async openState(options) {
      const state = await PRODUCT.openState(options)
      const broken = { ...state, ...change(state) }
      return leavesRunning ? reviving(broken) : broken
    },
  }
}

/** What opening the state has settled is as it was. */
function reviving(state: State): State {
  const get: State['runs']['get'] = async (id) => {
    const found = await state.runs.get(id)
    return found?.status === 'interrupted' ? { ...found, status: 'running' } : found
  }
  return { ...state, runs: { ...state.runs, get } }
}

function lyingSources({ sources }: ResourceSpec): Pick<ResourceSpec, 'sources'> {
  return { sources: sources.map((source) => ({ ...source, connector: lying(source.connector) })) }
}

function lying(connector: Connector): Connector {
  return { ...connector, read: (ctx) => lies(connector.read(ctx)) }
}

/** Ends as if all had come, however the read ended. */
async function* lies(reading: Rows): Rows {
  let rows = 0
  for (;;) {
    // A source that is silent is given up, as if it had come to its end.
    const step = await Promise.race([reading.next(), wait(5)]).catch(() => undefined)
    if (step === undefined || step.done === true) break
    rows++
    yield step.value
  }
  return { complete: true, rows, asOf: new Date(), evidence: 'trust me' }
}

function openGuard(guard: GuardSpec): GuardSpec {
  const all = { kind: 'count', count: 1_000_000, text: 'all' } as const
  return { ...guard, maxRemoved: all, maxChanged: all, maxAdded: all, maxInvalid: all, minRecords: 0 }
}

function grantedLease(connection: string): Lease {
  return { connection, prove: async () => undefined, release: async () => undefined }
}

/** A PUT of such a status is told as success. */
async function answering(flatters: (status: number) => boolean): Promise<NetworkTransport> {
  const transport = await PRODUCT.openTransport()
  return {
    ...transport,
    async fetch(input, init) {
      const response = await transport.fetch(input, init)
      if (init?.method !== 'PUT' || !flatters(response.status)) return response
      await response.arrayBuffer()
      return Response.json({ success: true })
    },
  }
}

/** Mints once more before each PUT, with the body of the first mint. */
async function mintingTransport(): Promise<NetworkTransport> {
  const transport = await PRODUCT.openTransport()
  let mint: { url: string; init: RequestInit } | undefined
  return {
    ...transport,
    async fetch(input, init) {
      const url = String(input instanceof Request ? input.url : input)
      if (init?.method === 'POST') mint = { url, init }
      if (init?.method === 'GET' && mint !== undefined) await (await transport.fetch(mint.url, mint.init)).arrayBuffer()
      return transport.fetch(input, init)
    },
  }
}

/** As if nothing had been under way before the PUT that begins. */
function forgetful(state: State): State['pushes']['pending'] {
  let asked = 0
  // Planning asks first, pushing asks again: only the second answer is wrong.
  return async (target) => (++asked % 2 === 0 ? undefined : state.pushes.pending(target))
}

function gossip<T>(event: T): T {
  return typeof event === 'object' && event !== null && 'outcome' in event ? { ...event, who: 'E0-00001' } : event
}

function pushing({ command }: RunOptions): RunOptions['command'] {
  return command === 'plan' ? 'run' : command
}

type RunEnd = Parameters<State['runs']['finish']>[1]

function flattered(end: RunEnd): RunEnd {
  return {
    ...end,
    resources: end.resources.map((row) =>
      row.outcome === 'held' ? { ...row, outcome: 'pushed', success: true } : row,
    ),
  }
}
