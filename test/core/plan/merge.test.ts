import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Candidate } from '../../../core/plan/candidate.ts'
import { mergedCandidates } from '../../../core/plan/merge.ts'
import { compareStagedRows, type StagedRow, stagedRowCodec } from '../../../core/plan/staged-row.ts'
import { candidateCodec } from '../../../core/plan/candidate.ts'
import type { MergePolicy } from '../../../core/resource.ts'
import { resourceType } from '../../../schemas/resource-types.ts'

const type = (() => {
  const found = resourceType('user_account')
  if (found === undefined) throw new Error('there is no such type')
  return found
})()

const WHOLE = {
  displayName: 'Ada',
  externalUrl: 'https://hr.example.com/1',
  fullName: 'Ada Lovelace',
  accountName: 'ada',
  email: 'ada@example.com',
  permissionLevel: 'BASE',
  createdTimestamp: '2024-01-02T03:04:05Z',
  status: 'ACTIVE',
  mfaEnabled: true,
  mfaMethods: ['SMS'],
  authMethod: 'SSO',
}
type Part = Readonly<Record<string, unknown>>

interface RowFacts {
  readonly id?: string
  readonly source?: number
  readonly seq?: number
  readonly key?: string
  readonly problems?: StagedRow['problems']
}

function row(record: Part, { id = 'E-1', source = 0, seq = 0, key, problems = [] }: RowFacts = {}): StagedRow {
  const body = JSON.stringify(id === '' ? record : { uniqueId: id, ...record })
  const at = `${'abc'[source] ?? 'z'}.csv:${seq + 2}`
  return { uniqueId: id, source, seq, at, body, problems, ...(key === undefined ? {} : { key }) }
}

function merged(policy: MergePolicy, rows: readonly StagedRow[], parts = true): Candidate[] {
  return [...mergedCandidates([...rows].sort(compareStagedRows), { policy, ...(parts ? { partsOf: type } : {}) })]
}

function one(policy: MergePolicy, rows: readonly StagedRow[], parts = true): Candidate {
  const [candidate, ...others] = merged(policy, rows, parts)
  if (candidate === undefined || others.length > 0) throw new Error(`not one: ${JSON.stringify([candidate, others])}`)
  return candidate
}

const recordOf = (candidate: Candidate): Part => JSON.parse(candidate.body) as Part

const some = fc.subarray(Object.entries(WHOLE)).map((entries): Part => Object.fromEntries(entries))
const other = fc.constantFrom<Part>({}, { fullName: 'Other' }, { status: 'DEACTIVATED', fullName: 'Third' })
const part = fc.tuple(some, other).map(([values, changes]) => ({ ...values, ...changes }))
const rows = fc
  .uniqueArray(fc.record({ id: fc.constantFrom('E-1', 'E-2', '😀', '￾'), source: fc.nat(2), record: part }), {
    selector: ({ id, source }) => `${id} ${source}`,
  })
  .map((given) => given.map(({ id, source, record }, seq) => row(record, { id, source, seq })))

describe('fields joined', () => {
  it('of one source are that source', () => {
    fc.assert(
      fc.property(part, (record) => {
        const joined = one('join', [row(record)])
        const alone = type.validate({ ...record, uniqueId: 'E-1' })
        const needed = type.validate({ mfaEnabled: null, mfaMethods: [], ...record, uniqueId: 'E-1' })
        expect(joined.problems.map(({ field }) => field).sort()).toEqual(needed.map(({ field }) => field).sort())
        if (alone.length === 0) expect(recordOf(joined)).toEqual(type.canonical({ ...record, uniqueId: 'E-1' }))
        expect(joined.conflict).toBeUndefined()
      }),
    )
  })

  it('take each field from the first source that gives it', () => {
    fc.assert(
      fc.property(fc.tuple(part, part, part), (parts) => {
        const candidate = one(
          'join',
          parts.map((record, source) => row(record, { source })),
        )
        const expected = Object.assign({}, ...parts.toReversed()) as Part
        const found = recordOf(candidate)
        for (const [name, value] of Object.entries(expected)) expect(found[name]).toEqual(value)
      }),
    )
  })

  it('list the fields on which sources differ, with both places, and stay valid', () => {
    const candidate = one('join', [
      row(WHOLE),
      row({ fullName: 'Ada L.', email: 'ada@example.com' }, { source: 1, seq: 7 }),
    ])
    expect(recordOf(candidate)).toMatchObject({ fullName: 'Ada Lovelace' })
    expect(candidate).toMatchObject({
      problems: [],
      conflict: { fields: ['fullName'], places: ['a.csv:2', 'b.csv:9'] },
    })
  })

  it('see no conflict in two ways to write one time', () => {
    const [a, b] = [{ createdTimestamp: '2024-01-02T03:04:05Z' }, { createdTimestamp: '2024-01-02T04:04:05+01:00' }]
    expect(one('join', [row(WHOLE), row(b, { source: 1 }), row(a, { source: 2 })]).conflict).toBeUndefined()
  })

  it('are not hidden by null, which stands when nobody says more', () => {
    const { mfaEnabled: _, ...rest } = WHOLE
    const both = [row({ ...rest, mfaEnabled: null }), row({ mfaEnabled: true }, { source: 1 })]
    expect(recordOf(one('join', both))).toMatchObject({ mfaEnabled: true })
    expect(recordOf(one('join', both.slice(0, 1)))).toMatchObject({ mfaEnabled: null })
  })

  it('are judged whole: what no source gives is missing, and an empty list is filled in', () => {
    const { email: _, mfaMethods: __, ...rest } = WHOLE
    const candidate = one('join', [row(rest), row({ accountName: 'ada' }, { source: 1 })])
    expect(candidate.problems).toMatchObject([{ code: 'missing', field: 'email' }])
    expect(recordOf(candidate)).toMatchObject({ mfaMethods: [] })
  })

  it('judge rules over fields of different sources', () => {
    const { status: _, ...rest } = WHOLE
    const late = row({ status: 'ACTIVE', deactivatedTimestamp: '2025-01-01T00:00:00Z' }, { source: 1 })
    expect(one('join', [row(rest), late]).problems).toMatchObject([{ field: 'deactivatedTimestamp' }])
  })

  const unreadable = { code: 'bad-date', field: 'createdTimestamp', message: 'no date' }

  it('let no later source stand in for a value that cannot be read, and name its place', () => {
    const { createdTimestamp, ...rest } = WHOLE
    const candidate = one('join', [
      row(rest, { problems: [unreadable] }),
      row({ createdTimestamp }, { source: 1 }),
      row({ createdTimestamp: '2023-01-01T00:00:00Z' }, { source: 2 }),
    ])
    expect(candidate.problems).toEqual([{ ...unreadable, at: 'a.csv:2' }])
    expect(candidate.conflict).toBeUndefined()
    expect(recordOf(candidate)).not.toHaveProperty('createdTimestamp')
  })

  it('do not mind an unreadable value of a later source', () => {
    expect(one('join', [row(WHOLE), row({}, { source: 1, problems: [unreadable] })]).problems).toEqual([])
  })

  it('of custom properties are joined one by one', () => {
    const custom = resourceType('custom_resource', { host: 'string', port: 'int32' })
    if (custom === undefined) throw new Error('there is no such type')
    const base = { displayName: 'a', externalUrl: 'https://a.example.com' }
    const staged = [
      row({ ...base, customProperties: { host: 'a' } }),
      row({ customProperties: { host: 'b', port: 1 } }, { source: 1 }),
    ]
    const [candidate] = [...mergedCandidates(staged, { policy: 'join', partsOf: custom })]
    expect(candidate?.problems).toEqual([])
    expect(JSON.parse(candidate?.body ?? '')).toMatchObject({ customProperties: { host: 'a', port: 1 } })
    expect(candidate?.conflict?.fields).toEqual(['customProperties.host'])
  })
})

describe('every policy', () => {
  const POLICIES: readonly MergePolicy[] = ['error', 'first', 'join']

  it('gives one candidate for each id of any source, in order', () => {
    fc.assert(
      fc.property(rows, fc.constantFrom(...POLICIES), (given, policy) => {
        const ids = merged(policy, given).map(({ uniqueId }) => uniqueId)
        expect(new Set(ids)).toEqual(new Set(given.map(({ uniqueId }) => uniqueId)))
        expect(ids).toHaveLength(new Set(ids).size)
        expect(ids).toEqual([...ids].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))))
      }),
    )
  })

  it('says the same when no id is in two sources', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const apart = given.filter(({ uniqueId }, i) => given.findIndex((each) => each.uniqueId === uniqueId) === i)
        const [error, ...others] = POLICIES.map((policy) => merged(policy, apart))
        for (const each of others) expect(each.map(({ body }) => body)).toEqual(error?.map(({ body }) => body))
      }),
    )
  })

  it('does not depend on the order of rows within a source', () => {
    fc.assert(
      fc.property(rows, fc.constantFrom(...POLICIES), fc.nat(), (given, policy, seed) => {
        const turned = given.map((each, i) => ({ ...each, seq: (i * 7 + seed) % 101, at: each.at }))
        expect(merged(policy, turned)).toEqual(merged(policy, given))
      }),
    )
  })

  it('takes equal rows of one source as one', () => {
    for (const policy of POLICIES) {
      const twice = [row(WHOLE), row(WHOLE, { seq: 5 })]
      expect(one(policy, twice)).toEqual(one(policy, twice.slice(0, 1)))
    }
  })

  it('makes different rows of one source an invalid record, however many there are', () => {
    for (const policy of POLICIES) {
      const many = Array.from({ length: 50 }, (_, seq) => row({ ...WHOLE, fullName: `Ada ${seq}` }, { seq }))
      const [problem] = one(policy, many).problems
      expect(problem?.code).toBe('duplicate-id')
      expect(problem?.message).toContain('50 rows')
      expect(problem?.message).toContain('a.csv:2, a.csv:3, a.csv:4, a.csv:5, a.csv:6 and 45 more')
    }
  })
})

describe('error', () => {
  it('makes a record on which sources differ invalid, and names both places and the fields', () => {
    const others = { ...WHOLE, fullName: 'Ada L.', status: 'DEACTIVATED' }
    const [problem] = one('error', [row(WHOLE), row(others, { source: 1 })], false).problems
    expect(problem).toMatchObject({ code: 'merge-conflict', field: 'uniqueId' })
    expect(problem?.message).toMatch(/differ in fullName, status: a\.csv:2, b\.csv:2;/)
    expect(problem?.message).not.toContain('Ada')
  })
})

describe('first', () => {
  it('lets the first source win whole, and notes what it overruled', () => {
    const { email: _, ...others } = { ...WHOLE, fullName: 'Ada L.' }
    const candidate = one('first', [row(WHOLE), row(others, { source: 2 })], false)
    expect(candidate).toMatchObject({ problems: [], conflict: { fields: ['fullName', 'email'] } })
    expect(recordOf(candidate)['fullName']).toBe('Ada Lovelace')
  })
})

describe('a key of the user', () => {
  it('makes rows one record, whose id comes from the first source that has one', () => {
    const shared = [row(WHOLE, { id: '', key: 'ada' }), row(WHOLE, { id: 'E-9', source: 1, key: 'ada' })]
    for (const policy of ['error', 'first', 'join'] as const) {
      const candidate = one(policy, shared)
      expect(candidate).toMatchObject({ uniqueId: 'E-9', at: 'a.csv:2', problems: [] })
      expect(recordOf(candidate)).toMatchObject({ uniqueId: 'E-9', fullName: 'Ada Lovelace' })
    }
  })

  it('is not mistaken for an id of the same text', () => {
    expect(merged('join', [row(WHOLE, { id: 'E-1' }), row(WHOLE, { id: 'E-2', source: 1, key: 'E-1' })])).toHaveLength(
      2,
    )
  })

  it('that two different rows of one source share is a problem', () => {
    const twice = [row(WHOLE, { key: 'k' }), row({ ...WHOLE, fullName: 'B' }, { id: 'E-2', key: 'k', seq: 1 })]
    expect(one('join', twice).problems[0]?.code).toBe('duplicate-key')
  })

  it('leaves a record without id when no source has one', () => {
    const candidate = one('join', [row(WHOLE, { id: '', key: 'k' })])
    expect(candidate.uniqueId).toBe('')
    expect(candidate.problems).toMatchObject([{ code: 'missing', field: 'uniqueId' }])
  })
})

describe('what waits on disk', () => {
  const problems = fc.array(fc.record({ code: fc.string(), field: fc.string(), message: fc.string() }))
  const facts = {
    uniqueId: fc.string({ unit: 'binary' }),
    at: fc.string({ unit: 'binary' }),
    body: fc.json(),
    problems,
  }

  it('comes back as it was', () => {
    const staged = fc.record(
      { ...facts, key: fc.string(), group: fc.string(), source: fc.nat(), seq: fc.nat() },
      { requiredKeys: ['uniqueId', 'at', 'body', 'problems', 'source', 'seq'] },
    )
    fc.assert(
      fc.property(staged, (each) => {
        expect(stagedRowCodec.decode(stagedRowCodec.encode(each))).toEqual(each)
      }),
    )
    const conflict = fc.record({ fields: fc.array(fc.string()), places: fc.array(fc.string()) })
    const candidate = fc.record(
      { ...facts, group: fc.string(), conflict },
      { requiredKeys: ['uniqueId', 'at', 'body', 'problems'] },
    )
    fc.assert(
      fc.property(candidate, (each) => {
        expect(candidateCodec.decode(candidateCodec.encode(each))).toEqual(each)
      }),
    )
  })
})
