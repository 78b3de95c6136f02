/** Reads instants from text, in a zone where the text names none. Refuses whatever would need a guess. */
import { DateTime, FixedOffsetZone } from 'luxon'
import { isSendable } from './text-of.ts'

/** Instants in milliseconds; undefined when the text is no such date. */
export interface DateReader {
  /**
   * ISO 8601 as people's systems write it: `2025-04-03` (its midnight), `2025-04-03T10:00`, `2025-04-03 10:00:00.5+02`,
   * `…Z`. Without an offset the zone decides.
   */
  iso(text: string): number | undefined
  /** Luxon's tokens, month names in English. A date without time is its midnight. */
  formatted(text: string, format: string): number | undefined
}

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?: ?([Zz]|[+-]\d{2}(?::?\d{2})?))?)?$/

const LOCALE = { locale: 'en-US', numberingSystem: 'latn' } as const
/** Dates repeat in most exports (a million hire dates are some ten thousand days), and parsing one costs 25 µs. */
const REMEMBERED = 50_000

export function createDateReader(zone: string): DateReader {
  const formats = new Map<string, (text: string) => number | undefined>()
  return {
    iso: remember((text) => readIso(text, zone)),
    formatted(text, format) {
      let read = formats.get(format)
      if (read === undefined) {
        read = formatReader(format, zone)
        formats.set(format, read)
      }
      return read(text)
    },
  }
}

function formatReader(format: string, zone: string): (text: string) => number | undefined {
  const parser = DateTime.buildFormatParser(format, LOCALE)
  return remember((text) => sendable(DateTime.fromFormatParser(text, parser, { ...LOCALE, zone }).toMillis()))
}

function readIso(text: string, zone: string): number | undefined {
  const match = ISO.exec(text)
  if (match === null) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0))
  const offset = match[8]
  const parsed = DateTime.fromObject(
    { year: year ?? 0, month: month ?? 0, day: day ?? 0, hour: hour ?? 0, minute: minute ?? 0, second: second ?? 0 },
    { zone: offset === undefined ? zone : zoneOfOffset(offset) },
  )
  // Luxon takes 24:00 for the next midnight; the API does not know that hour, and an export that says it deserves a look.
  if (hour === 24) return undefined
  return sendable(parsed.toMillis())
}

function zoneOfOffset(offset: string): FixedOffsetZone {
  if (offset === 'Z' || offset === 'z') return FixedOffsetZone.utcInstance
  const hours = Number(offset.slice(1, 3))
  const minutes = Number(offset.slice(3).replace(':', ''))
  // An offset that no clock on earth has makes the date invalid.
  const total = hours > 15 || minutes > 59 ? Number.NaN : hours * 60 + minutes
  return FixedOffsetZone.instance(offset.startsWith('-') ? -total : total)
}

function sendable(ms: number): number | undefined {
  return isSendable(ms) ? ms : undefined
}

/** Answers again what was answered before; forgets everything when full, which is rare and cheap. */
function remember<T>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined || known.has(text)) return before as T
    const answer = read(text)
    if (known.size >= REMEMBERED) known.clear()
    known.set(text, answer)
    return answer
  }
}
