import type { Channel, NotifierSpec } from '../core/resource.ts'
import { nearestName } from '../core/text/nearest.ts'
import { parseDelay } from './formats.ts'
import { pathKey } from './path.ts'
import type { Reading } from './reading.ts'
import { DEFAULT_REMIND, notifySchema } from './schema-notify.ts'
import type { WrittenNotifier } from './written-config.ts'

const KINDS = ['slack', 'teams', 'webhook', 'mail', 'ping'] as const

type Kind = (typeof KINDS)[number]

const KEYS = new Set(Object.keys(notifySchema.items?.properties ?? {}))

/** Those who are told, each by one way and under a name of its own. */
export function buildNotifiers(
  reading: Reading,
  written: readonly (WrittenNotifier | undefined)[] = [],
  resources: readonly string[],
): readonly NotifierSpec[] {
  const names = new Set<string>()
  return written.flatMap((entry, index) => {
    if (entry === undefined) return []
    resourcesExist(reading, { entry, index }, resources)
    const kind = kindOf(reading, entry, index)
    const channel = kind === undefined ? undefined : channelOf(entry, kind)
    if (kind === undefined || channel === undefined) return []
    const name = entry.name ?? freeName(kind, names)
    if (names.has(name)) reading.report.add(sameName(index))
    names.add(name)
    const only = entry.resources?.filter((each) => each !== undefined)
    return [
      {
        name,
        channel,
        remindMs: parseDelay(entry.remind ?? DEFAULT_REMIND),
        ...(only === undefined ? {} : { resources: only }),
      },
    ]
  })
}

function freeName(kind: Kind, names: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? kind : `${kind}-${number}`
    if (!names.has(name)) return name
  }
}

function kindOf({ report, holes }: Reading, entry: WrittenNotifier, index: number): Kind | undefined {
  const there = KINDS.filter((kind) => entry[kind] !== undefined || holes.has(pathKey(['notify', index, kind])))
  if (there.length === 1) return there[0]
  const isMisspelt = Object.keys(entry).some((key) => !KEYS.has(key))
  if (holes.has(pathKey(['notify', index])) || (there.length === 0 && isMisspelt)) return undefined
  const message =
    there.length === 0 ? 'names no way to tell anybody' : `names ${there.length} ways: ${there.join(', ')}`
  report.add({ code: 'notify-kind', path: ['notify', index], message, expected: `one of ${KINDS.join(', ')}` })
  return undefined
}

function channelOf(entry: WrittenNotifier, kind: Kind): Channel | undefined {
  switch (kind) {
    case 'slack':
    case 'teams': {
      const url = entry[kind]
      return url === undefined ? undefined : { kind, url }
    }
    case 'webhook': {
      const { url, secret } = entry.webhook ?? {}
      return url === undefined ? undefined : { kind, url, ...(secret === undefined ? {} : { secret }) }
    }
    case 'mail': {
      const { smtp, from, to } = entry.mail ?? {}
      if (smtp === undefined || from === undefined || to === undefined) return undefined
      return { kind, smtp, from, to: to.filter((each) => each !== undefined) }
    }
    case 'ping': {
      const { start, success, failure } = entry.ping ?? {}
      return {
        kind,
        ...(start === undefined ? {} : { start }),
        ...(success === undefined ? {} : { success }),
        ...(failure === undefined ? {} : { failure }),
      }
    }
  }
}

function resourcesExist(
  { report }: Reading,
  { entry, index }: { entry: WrittenNotifier; index: number },
  known: readonly string[],
): void {
  for (const [place, name] of (entry.resources ?? []).entries()) {
    if (name === undefined || known.includes(name)) continue
    report.add({
      code: 'unknown-resource',
      path: ['notify', index, 'resources', place],
      message: 'is no resource of this file',
      expected: `a name under resources: ${known.join(', ')}`,
      nearest: nearestName(name, known),
    })
  }
}

function sameName(index: number): { code: string; path: (string | number)[]; message: string; expected: string } {
  return {
    code: 'same-notifier',
    path: ['notify', index, 'name'],
    message: 'is the name of an earlier one, too',
    expected: 'each name once',
  }
}
