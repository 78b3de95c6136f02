import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { createPartBuilder } from '../../../core/plan/part-builder.ts'
import type { PlanPart } from '../../../core/plan/plan.ts'
import { bodyOf } from '../../../core/run/body.ts'
import { removeTree, writeTree } from '../../support/temp-tree.ts'

const root = writeTree({})
afterAll(() => removeTree(root))

let made = 0

/** @param of how many parts share the memory: of many, each goes to its file at once */
function partOf(names: readonly string[], of: number): PlanPart {
  const builder = createPartBuilder({ folder: root, index: made++, of, resourceId: 'id "1"', current: true })
  for (const [index, name] of names.entries()) {
    const body = JSON.stringify({ uniqueId: String(index), name })
    builder.add({ uniqueId: String(index), body, at: `row ${index}`, write: true, acceptedAt: null })
  }
  return builder.finish()
}

describe('the body of a PUT', () => {
  const names = fc.array(
    fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('ä', '😀', '\ud800', 'x'.repeat(2000))),
  )

  it('is the JSON of all records, of just the length that was planned', () => {
    fc.assert(
      fc.property(names, fc.constantFrom(1, 1 << 20), (input, of) => {
        const part = partOf(input, of)
        const body = bodyOf(part)
        expect(body.length).toBe(part.bytes)
        const resources = input.map((name, index) => ({ uniqueId: String(index), name }))
        expect(body.toString()).toBe(JSON.stringify({ resourceId: 'id "1"', resources }))
      }),
    )
  })

  it('is never cut to fit a length that was planned too short', () => {
    const part = partOf(['Ada', '😀'], 1)
    for (const short of [1, 3, 20]) expect(() => bodyOf({ ...part, bytes: part.bytes - short })).toThrow('was planned')
    expect(() => bodyOf({ ...part, bytes: part.bytes + 1 })).toThrow('was planned')
  })
})
