import { OperatorError } from '../../core/errors.ts'
import type { TextFault } from './decoder.ts'
import type { Encoding } from './encoding.ts'

/** Bytes that Windows-1252 leaves free. */
const NOT_WINDOWS_1252 = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d])
/** German letters in the code pages of DOS; the small umlauts among them are free or rare signs in Windows-1252. */
const DOS_LETTERS = new Set([0x81, 0x84, 0x8e, 0x94, 0x99, 0x9a, 0xe1])
const DOS_UMLAUTS = new Set([0x81, 0x84, 0x94])

export interface FaultPlace {
  /** Of the file, for people. */
  readonly name: string
  readonly encoding: Encoding
  /** From 1. */
  readonly line: number
}

/** The fault as an error with its byte and line, or as evidence when the file merely ends too early. */
export function explainFault(fault: TextFault, { name, encoding, line }: FaultPlace): OperatorError | string {
  const place = `at byte ${fault.offset}, line ${line}`
  if (fault.kind === 'cut') return `${name} ends within a character ${place}: it was cut off`
  if (fault.kind === 'zero') {
    return new OperatorError('file-binary', `${name} has a zero byte ${place}: it is damaged, or no text at all`, {
      hint: 'Export it again. A copy that a crash or a full disk interrupted looks like this.',
    })
  }
  if (encoding !== 'utf-8') {
    return new OperatorError('file-encoding', `${name} has bytes ${place} that ${encoding} does not have`, {
      hint: otherEncodingHint(encoding),
    })
  }
  const { looks, hint } = guess(fault.sample)
  return new OperatorError('file-encoding', `${name} is not UTF-8: it ${looks} ${place}`, { hint })
}

function guess(sample: Buffer): { looks: string; hint: string } {
  const high = [...sample].filter((byte) => byte >= 0x80)
  if (high.every((byte) => DOS_LETTERS.has(byte)) && high.some((byte) => DOS_UMLAUTS.has(byte))) {
    return { looks: 'looks like a DOS code page', hint: 'Set `encoding: cp850`, or export as UTF-8.' }
  }
  if (high.some((byte) => NOT_WINDOWS_1252.has(byte))) {
    return { looks: 'holds bytes of an unknown encoding', hint: 'Set `encoding`, or export as UTF-8.' }
  }
  return {
    looks: 'looks like Windows-1252',
    hint: 'Set `encoding: windows-1252`, or export as UTF-8 ("CSV UTF-8" in Excel).',
  }
}

function otherEncodingHint(encoding: Encoding): string {
  if (encoding === 'latin1') return 'It looks like Windows-1252: set `encoding: windows-1252`.'
  return 'Correct `encoding` in the configuration, or export the file again.'
}
