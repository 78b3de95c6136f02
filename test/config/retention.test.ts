import { describe, expect, test } from 'vitest'
import { DAY } from '../../core/clock.ts'
import { DEFAULT_RETENTION } from '../../core/history/retain.ts'
import { edited, GOOD, type Loading, loadSettings, mistakes } from './fixture.ts'

describe('state.retention', () => {
  test('is 400 days for the history and 90 for personal data, unless told', async () => {
    expect((await loadSettings(GOOD)).state.retention).toEqual(DEFAULT_RETENTION)
    const told = await loadSettings(`${GOOD}state: { retention: { personalData: 30d } }\n`)
    expect(told.state.retention).toEqual({ historyMs: 400 * DAY, personalDataMs: 30 * DAY })
  })

  test('is never nothing', async () => {
    const [mistake] = await mistakes(`${GOOD}state: { retention: { history: 0d } }\n`)
    expect(mistake).toContain('state.retention.history')
  })
})

async function hashesOf(text: string, loading?: Loading): Promise<(string | undefined)[]> {
  const { resources } = await loadSettings(text, loading)
  return resources[0]?.sources.map(({ mappingHash, moduleHash }) => [mappingHash, moduleHash])[0] ?? []
}

const hashModule = async (use: string): Promise<string> => `hash of ${use}`

describe('what a resource is made of', () => {
  test('has another hash when its mapping, its tables or its zone is another one, and the same in another order', async () => {
    const good = await hashesOf(GOOD)
    expect(good[0]).toMatch(/^[0-9a-f]{64}$/)
    for (const other of [
      edited('authMethod: SSO', 'authMethod: PASSWORD'),
      edited('Europe/Berlin', 'UTC'),
      `${GOOD}tables: { roles: { a: b } }\n`,
    ])
      expect((await hashesOf(other))[0]).not.toBe(good[0])
    const [first, second] = ['          uniqueId: "{{ employee_id }}"\n', '          authMethod: SSO\n']
    const turned = edited(first + second, second + first)
    for (const same of [turned, edited('5%', '6%'), `# note\n${GOOD}`]) expect(await hashesOf(same)).toEqual(good)
  })

  test('has the hash of its module, where that is known', async () => {
    expect((await hashesOf(GOOD))[1]).toBeUndefined()
    expect((await hashesOf(GOOD, { hashModule }))[1]).toBe('hash of csv')
  })
})
