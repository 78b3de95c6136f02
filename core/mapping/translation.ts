/** `{ from: role, values: { Admin: ADMIN }, default: BASE }`. */
import { describeValue } from '../text/describe.ts'
import { nearestName } from '../text/nearest.ts'
import { isNothing } from './coerce.ts'
import { nearestOf } from './coerce-scalar.ts'
import { Fault } from './fault.ts'
import type { RowScope, Source, SourceFault } from './sources.ts'
import { textOf } from './text-of.ts'

export interface Translation {
  readonly source: Source
  /** By the cell's text, trimmed. A target of undefined says that there is nothing. */
  readonly targets: ReadonlyMap<string, unknown>
  readonly fallback?: { readonly target: unknown }
}

const KEYS = ['from', 'values', 'default'] as const

/** Whether a map was meant as a translation, well formed or not. */
export function looksLikeTranslation(value: Readonly<Record<string, unknown>>): boolean {
  return Object.hasOwn(value, 'from') || (Object.hasOwn(value, 'values') && Object.keys(value).length <= KEYS.length)
}

/** What is wrong with the shape of a translation, with the key that is to mend. */
export function translationFaults(
  value: Readonly<Record<string, unknown>>,
): readonly (SourceFault & { readonly key?: string })[] {
  const faults: (SourceFault & { key?: string })[] = []
  for (const key of Object.keys(value)) {
    if (KEYS.some((known) => known === key)) continue
    const nearest = nearestName(key, KEYS)
    faults.push({
      key,
      message: `${key} is no key of a translation`,
      expected: KEYS.join(', '),
      ...(nearest && { nearest }),
    })
  }
  const { from, values } = value
  if (typeof from !== 'string' || from.trim() === '') {
    faults.push({
      key: 'from',
      message: `from names the column to translate; got ${describeValue(from)}`,
      expected: "a column's name",
    })
  }
  if (typeof values !== 'object' || values === null || Array.isArray(values) || Object.keys(values).length === 0) {
    faults.push({
      key: 'values',
      message: `values says what each value becomes; got ${describeValue(values)}`,
      expected: '{ Admin: ADMIN, … }',
    })
  }
  return faults
}

/** The target for a row. @throws Fault `not-listed` */
export function translate(translation: Translation, scope: RowScope): unknown {
  const { source, targets, fallback } = translation
  const value = source.read(scope)
  const text = textOf(value).trim()
  if (targets.has(text)) return targets.get(text)
  if (fallback !== undefined) return fallback.target
  if (isNothing(text)) return undefined
  const listed = [...targets.keys()]
  const few = listed.length <= 12 ? listed.join(', ') : `${listed.length} values`
  throw new Fault(
    'not-listed',
    `${source.origin} is ${describeValue(value)}, none of the listed ones; expected one of ${few}${nearestOf(text, listed)}`,
  )
}
