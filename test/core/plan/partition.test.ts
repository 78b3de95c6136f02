import { describe, expect, it } from 'vitest'
import { createPartitioner } from '../../../core/plan/partition.ts'

const ids = Array.from({ length: 5 }, (_, index) => `66f1c2a9e4b0a1d2c3e4f56${index}`)
const people = Array.from({ length: 2000 }, (_, index) => `E-${index}`)

describe('the partition over resource ids', () => {
  it('stays what it is: another one would move records of everybody who uses it', () => {
    const partOf = createPartitioner(ids)
    expect(people.slice(0, 20).map(partOf)).toEqual([0, 4, 1, 2, 2, 4, 3, 4, 3, 3, 2, 4, 1, 4, 0, 2, 3, 2, 3, 4])
  })

  it('gives a resource id that is added only records of its own, and spreads evenly', () => {
    const before = createPartitioner(ids.slice(0, 4))
    const after = createPartitioner(ids)
    const counts = ids.map(() => 0)
    for (const person of people) {
      const part = after(person)
      counts[part] = (counts[part] ?? 0) + 1
      expect([before(person), 4]).toContain(part)
    }
    for (const count of counts) expect(Math.abs(count - 400)).toBeLessThan(100)
  })
})
