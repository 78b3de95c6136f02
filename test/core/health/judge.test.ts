import { describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../../core/clock.ts'
import { type HealthFacts, judge } from '../../../core/health/judge.ts'
import { loginNotices } from '../../../core/health/login.ts'
import type { Hold, Pause, ResourceRunRow } from '../../../core/state/state.ts'

const NOW = Date.parse('2026-03-02T12:00:00Z')

function row(change: Partial<ResourceRunRow> = {}): ResourceRunRow {
  return {
    runId: 'run-1',
    scope: 's',
    resource: 'accounts',
    at: NOW - HOUR,
    outcome: 'pushed',
    exitCode: 0,
    degraded: false,
    success: true,
    counts: { valid: 100, invalid: 0, pushed: 100 },
    ...change,
  }
}

function failed(code: string, exitCode: number, source?: string): ResourceRunRow {
  const message = 'cn=jane doe,ou=people said no'
  const error = { code, message, hint: message, ...(source === undefined ? {} : { source }) }
  return row({ outcome: 'failed', success: false, exitCode, error })
}

const HOLD: Hold = {
  id: 'hold-1a2b3c',
  scope: 's',
  resource: 'accounts',
  runId: 'run-1',
  planHash: 'x',
  reasons: [
    {
      rule: 'maxRemoved',
      message: '12 of 100 that Vanta holds (12 %) would leave or be deactivated; maxRemoved 5% allows 5',
    },
    { rule: 'groupBy', message: '1 group of five or more by "team" would vanish whole' },
  ],
  status: 'open',
  openedAt: NOW - HOUR,
  expiresAt: NOW + DAY,
}
const PAUSE: Pause = {
  scope: 's',
  resource: 'accounts',
  by: 'ops',
  provenBy: 'test',
  reason: 'move',
  at: NOW - HOUR,
  until: NOW + DAY,
}
const HELD = row({ outcome: 'held', success: false, exitCode: 11, hold: HOLD.id })

function judged(facts: Partial<HealthFacts>): ReturnType<typeof judge> {
  return judge({ now: NOW, resource: 'accounts', failuresInRow: 0, ...facts })
}

describe('the health of a resource', () => {
  it('is healthy after a success, and nothing is wrong then', () => {
    expect(judged({ last: row(), success: row() })).toEqual({ health: 'healthy' })
  })

  it('is never run while nothing ran, also when it may grow old, and says how to begin', () => {
    const { health, remedy } = judged({ maxAgeMs: HOUR })
    expect(health).toBe('never run')
    expect(remedy).toContain('vanta-sync run accounts')
    const next = '2026-03-02T13:00:00Z'
    const kept = judged({ schedule: { cron: '0 * * * *', zone: 'UTC', next, kept: true } })
    expect(kept.remedy).toContain(next)
  })

  it.each([
    [3 * HOUR, 'healthy'],
    [3 * HOUR + 1, 'stale'],
  ])('by age alone: a success %i ms ago is %s', (age, health) => {
    const success = row({ at: NOW - age })
    expect(judged({ last: success, success, maxAgeMs: 3 * HOUR }).health).toBe(health)
  })

  it('is stale though nothing failed, and says that nothing ran, or that nobody keeps its schedule', () => {
    const success = row({ at: NOW - 4 * HOUR })
    const old = { last: success, success, maxAgeMs: 3 * HOUR }
    expect(judged(old).wrong).toBe('No success for 4 h, 3 h are allowed: no run has begun since')
    const abandoned = judged({ ...old, schedule: { cron: '0 * * * *', zone: 'UTC', kept: false } })
    expect(abandoned.wrong).toBe(
      'No success for 4 h, 3 h are allowed: no vanta-sync start is there to keep its schedule',
    )
  })

  it('is stale rather than disconnected, and tells both the age and the broken connection', () => {
    const success = row({ at: NOW - 4 * HOUR })
    const found = judged({ last: failed('invalid-client', 20), success, maxAgeMs: 3 * HOUR, failuresInRow: 3 })
    expect(found.health).toBe('stale')
    expect(found.wrong).toMatch(
      /^No success for 4 h, 3 h are allowed: Vanta refuses the client id .* \(invalid-client\)$/,
    )
    expect(found.connection).toMatchObject({ cause: 'credentials', side: 'Vanta' })
    expect(found.remedy).toContain('never delete')
  })

  it('is stale when a first success never came', () => {
    const found = judged({ last: HELD, hold: HOLD, maxAgeMs: 3 * HOUR })
    expect(found.health).toBe('stale')
    expect(found.wrong).toMatch(/^There was no success yet, 3 h are allowed: held: 12 of 100/)
  })

  it('is disconnected when the last run ended on a broken connection, whichever side it is', () => {
    const vanta = judged({ last: failed('server-error', 21), success: row(), failuresInRow: 2 })
    expect(vanta.health).toBe('disconnected')
    expect(vanta.wrong).toBe('Vanta is failing (server-error), 2 runs in a row')
    const source = judged({ last: failed('ldap-account-locked', 12, 'directory-x'), failuresInRow: 1 })
    expect(source.health).toBe('disconnected')
    expect(source.wrong).toBe('directory-x refuses the login: its account is locked (ldap-account-locked)')
  })

  it('is failing when the data is to blame, or another resource', () => {
    const source = judged({ last: failed('source-incomplete', 12, 'people'), failuresInRow: 1 })
    expect(source).toMatchObject({ health: 'failing', wrong: expect.stringContaining('could not be read whole') })
    expect(source.connection).toBeUndefined()
    const skipped = { ...failed('skipped', 11), outcome: 'skipped' }
    expect(judged({ last: skipped })).toMatchObject({
      health: 'failing',
      remedy: expect.stringMatching(/other resource/),
    })
  })

  it('never repeats what an error says, which may name people', () => {
    for (const last of [failed('ldap-no-base', 78, 'directory-x'), failed('anything', 12, 'x'), failed('bug', 70)]) {
      const { wrong, remedy, connection } = judged({ last, success: row({ at: 0 }), maxAgeMs: MINUTE })
      expect(JSON.stringify({ wrong, remedy, connection })).not.toContain('jane')
    }
  })

  it('is held with the first reason, how many more there are, and the commands that decide', () => {
    const { health, wrong, remedy } = judged({ last: HELD, success: row(), hold: HOLD })
    expect(health).toBe('held')
    expect(wrong).toBe(`Held: ${HOLD.reasons[0]?.message ?? ''}, and 1 more`)
    expect(remedy).toMatch(/plan accounts.*approve hold-1a2b3c.*reject hold-1a2b3c/)
    expect(judged({ last: HELD, hold: { ...HOLD, status: 'rejected' } }).wrong).toMatch(/^Held and rejected: /)
  })

  it('is degraded with the number of records that are carried, or because the push was not found again', () => {
    const carried = row({ degraded: true, counts: { valid: 97, invalid: 3, pushed: 100 } })
    expect(judged({ last: carried, success: carried })).toMatchObject({
      health: 'degraded',
      wrong: '3 of 100 records are invalid and stay as Vanta has them',
    })
    const unverified = row({ degraded: true })
    expect(judged({ last: unverified, success: unverified }).wrong).toMatch(/reading back/)
  })

  it('tells of the pause that made it old, and when it ends', () => {
    const success = row({ at: NOW - 4 * HOUR })
    const found = judged({ last: success, success, maxAgeMs: HOUR, pause: PAUSE })
    expect(found.wrong).toContain('it is paused until 2026-03-03T12:00:00Z')
    expect(found.remedy).toContain('vanta-sync resume accounts')
  })

  it('blames a person who may have left when their login is refused', () => {
    const logins = [{ source: 'directory-x', personal: 'its entry has manager' }]
    const { remedy } = judged({ last: failed('ldap-account-disabled', 12, 'directory-x'), logins })
    expect(remedy).toMatch(/^The login seemed to belong to a person \(its entry has manager\)/)
  })
})

function noticesBefore(ms: number): string[] {
  return loginNotices([{ source: 'directory-x', expiresAt: new Date(NOW + ms).toISOString() }], NOW)
}

describe('a notice of a login', () => {
  it.each([
    [14 * DAY + 1, undefined],
    [9 * DAY + HOUR, 'The login of directory-x expires in 9 days ('],
    [DAY, 'The login of directory-x expires in 1 day ('],
    [5 * HOUR, 'The login of directory-x expires in 5 h ('],
    [-1, 'The login of directory-x has expired ('],
  ])('comes 14 days before its end: %i ms before', (ms, begins) => {
    const [notice] = noticesBefore(ms)
    if (begins === undefined) expect(notice).toBeUndefined()
    else expect(notice).toMatch(new RegExp(`^${begins.replaceAll('(', String.raw`\(`)}`))
  })

  it('says that it seems to belong to a person, and why', () => {
    const [notice] = loginNotices([{ source: 'directory-x', personal: 'its entry has employeeID' }], NOW)
    expect(notice).toMatch(/belong to a person \(its entry has employeeID\).*service account/)
  })
})
