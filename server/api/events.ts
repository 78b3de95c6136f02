/** What runs say while they go on, as a stream of server-sent events. */
import { setTimeout as wait } from 'node:timers/promises'
import type { RunEvent } from '../../core/run/events.ts'
import type { Operator } from '../operator.ts'
import type { ApiRoute } from './route.ts'

const HEARTBEAT_MS = 15_000
const MOST_STREAMS = 64
/** Messages that wait for a slow reader; one that falls behind further is cut off, and connects anew. */
const MOST_WAITING = 512
/** Progress of one resource is told no more often. */
const PROGRESS_EVERY_MS = 250

export interface EventStreams {
  /** Undefined when there are too many. `isWanted` is asked at each event and heartbeat: may whoever reads still? */
  open(isWanted: () => boolean): ReadableStream<Uint8Array> | undefined
}

export function createEventStreams(operator: Operator, stopping: AbortSignal): EventStreams {
  const open = new Set<() => void>()
  const endAll = (): void => {
    for (const end of open) end()
  }
  stopping.addEventListener('abort', endAll, { once: true })
  return {
    open(isWanted) {
      if (open.size >= MOST_STREAMS || stopping.aborted) return undefined
      return eventStream({ operator, isWanted, open })
    },
  }
}

interface StreamOptions {
  readonly operator: Operator
  readonly isWanted: () => boolean
  /** What ends each stream that is open. */
  readonly open: Set<() => void>
}

function eventStream({ operator, isWanted, open }: StreamOptions): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const undo: (() => void)[] = []
  let hasReader = true
  const end = (): void => {
    if (!open.delete(end)) return
    for (const each of undo) each()
  }
  open.add(end)
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const isDue = createPacer()
        const ended = new AbortController()
        const send = (text: string): void => {
          if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(text))
          else end()
        }
        const unlisten = operator.listen((event) => {
          if (!isDue(event)) return
          if (isWanted()) send(`event: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`)
          else end()
        })
        undo.push(unlisten, () => ended.abort())
        undo.push(() => {
          if (hasReader) controller.close()
        })
        send('retry: 3000\n: hello\n\n')
        void beat({ send, isWanted, end, signal: ended.signal })
      },
      cancel() {
        hasReader = false
        end()
      },
    },
    { highWaterMark: MOST_WAITING },
  )
}

interface Beat {
  readonly send: (text: string) => void
  readonly isWanted: () => boolean
  readonly end: () => void
  readonly signal: AbortSignal
}

/** Tells those between that somebody is there; real time, whatever clock the runs have. */
async function beat({ send, isWanted, end, signal }: Beat): Promise<void> {
  for (;;) {
    try {
      await wait(HEARTBEAT_MS, undefined, { signal, ref: false })
    } catch {
      return
    }
    if (!isWanted()) return end()
    send(': heartbeat\n\n')
  }
}

function createPacer(): (event: RunEvent) => boolean {
  const told = new Map<string, number>()
  return (event) => {
    if (event.kind === 'resource-finished') told.delete(event.resource)
    if (event.kind !== 'progress') return true
    const now = performance.now()
    if (now - (told.get(event.resource) ?? -Infinity) < PROGRESS_EVERY_MS) return false
    told.set(event.resource, now)
    return true
  }
}

const STREAM = { headers: { 'content-type': 'text/event-stream; charset=utf-8' } }

/** @param isWanted whether the visitor of a request may still look */
export function eventRoutes(
  streams: EventStreams,
  isWanted: (call: Parameters<ApiRoute['handle']>[0]) => boolean,
): ApiRoute[] {
  return [
    {
      method: 'get',
      path: '/events',
      id: 'listen',
      summary: 'Listen to runs while they go on',
      description:
        'Server-sent events: the name is the kind of the event (run-started, stage, progress, resource-finished, ' +
        'run-finished and others), the data a JSON object with its facts and no personal data. A comment every 15 s.',
      needs: 'look',
      answer: { status: 200, description: 'A stream that ends when the daemon stops.', type: 'text/event-stream' },
      failures: [503],
      async handle(call) {
        // Nobody would read it, and nothing would end it.
        if (call.c.req.method === 'HEAD') return new Response(null, STREAM)
        const stream = streams.open(() => isWanted(call))
        if (stream === undefined)
          return call.c.json({ error: { code: 'too-many-streams', message: 'Too many streams are open.' } }, 503, {
            'retry-after': '30',
          })
        return new Response(stream, STREAM)
      },
    },
  ]
}
