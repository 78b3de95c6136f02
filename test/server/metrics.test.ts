import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeMetricsFile } from '../../server/metrics-file.ts'
import { metricsText } from '../../server/metrics-text.ts'
import { bearer } from './browser.ts'
import { ADA, type Desk, openDesk } from './support.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk({ runs: 2 })
})
afterAll(() => desk.close())

async function scrape(): Promise<string[]> {
  const response = await fetch(`${desk.url}/metrics`, { headers: bearer(ADA.token) })
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  return (await response.text()).split('\n')
}

describe('metrics', () => {
  test('count what a run did, resource by resource', async () => {
    const { emit } = desk.operator
    emit({ kind: 'token-minted', application: 'people-x' })
    emit({ kind: 'waiting', application: 'people-x', why: 'resource-limit', ms: 2500 })
    emit({ kind: 'lease-waiting', application: 'people-x', holder: 'pid 4711 on sync-2' })
    emit({ kind: 'attempt-failed', application: 'people-x', what: 'put: Vanta answered 503 to E-1', waitMs: 1000 })
    const before = await scrape()
    expect(before).toContain('vanta_sync_resource_runs_total{resource="people",outcome="pushed"} 2')
    await fetch(`${desk.url}/api/resources/people/run`, { method: 'POST', headers: bearer(ADA.token) })
    const lines = await scrape()
    expect(lines).toEqual(
      expect.arrayContaining([
        'vanta_sync_runs_total{command="run",outcome="succeeded"} 1',
        'vanta_sync_resource_runs_total{resource="people",outcome="pushed"} 3',
        'vanta_sync_records_total{resource="people",kind="read"} 150',
        'vanta_sync_records_total{resource="people",kind="carried_forward"} 0',
        'vanta_sync_changes_total{resource="people",kind="removed"} 3',
        'vanta_sync_requests_total{resource="people",kind="get"} 2',
        'vanta_sync_request_attempts_failed_total{application="people-x",kind="put"} 1',
        'vanta_sync_tokens_minted_total{application="people-x"} 1',
        'vanta_sync_rate_limit_waits_total{application="people-x",limit="resource-limit"} 1',
        'vanta_sync_rate_limit_wait_seconds_total{application="people-x",limit="resource-limit"} 2.5',
        'vanta_sync_lease_waits_total{application="people-x"} 1',
        'vanta_sync_resource_run_duration_seconds_bucket{le="60",resource="people"} 1',
        'vanta_sync_resource_run_duration_seconds_sum{resource="people"} 42',
      ]),
    )
  })

  test('say how everything is now', async () => {
    const next = '2026-11-24T00:17:00Z'
    const expiresAt = '2026-12-24T00:00:00Z'
    desk.operator.setStatus('directory', {
      schedule: { cron: '17 * * * *', zone: 'UTC', next, kept: true },
      logins: [{ source: 'directory-ldap', expiresAt }],
    })
    const lines = await scrape()
    expect(lines).toEqual(
      expect.arrayContaining([
        'vanta_sync_resource_health{resource="directory",state="disconnected"} 1',
        'vanta_sync_resource_health{resource="directory",state="healthy"} 0',
        'vanta_sync_resource_held{resource="contractors"} 1',
        'vanta_sync_resource_paused{resource="people"} 0',
        'vanta_sync_resource_records{resource="people"} 149',
        'vanta_sync_resource_max_age_seconds{resource="people"} 86400',
        'vanta_sync_resource_failures_in_row{resource="directory"} 5',
        `vanta_sync_resource_next_slot_timestamp_seconds{resource="directory"} ${Date.parse(next) / 1000}`,
        `vanta_sync_login_expiry_timestamp_seconds{resource="directory",source="directory-ldap"} ${Date.parse(expiresAt) / 1000}`,
        'vanta_sync_holds 1',
        'vanta_sync_daemon_info{version="0.1.0-test",host="sync-1"} 1',
      ]),
    )
    expect(
      lines.some((line) => line.startsWith('vanta_sync_resource_last_success_age_seconds{resource="training"}')),
    ).toBe(true)
    expect(
      lines.some((line) => line.startsWith('vanta_sync_resource_last_success_age_seconds{resource="background')),
    ).toBe(false)
  })

  test('have each name once, with help and a type, in the way of Prometheus', async () => {
    const lines = await scrape()
    const helps = lines.filter((line) => line.startsWith('# HELP ')).map((line) => line.split(' ')[2])
    expect(new Set(helps).size).toBe(helps.length)
    expect(helps.every((name) => /^vanta_sync_[a-z_]+$/.test(name ?? ''))).toBe(true)
    for (const line of lines.filter((each) => each.startsWith('# TYPE ')))
      expect(line.endsWith(' counter')).toBe(/_total \w+$/.test(line))
  })

  test('are not for everybody', async () => {
    expect((await fetch(`${desk.url}/metrics`)).status).toBe(401)
  })
})

describe('the file for node_exporter', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vanta-sync-metrics-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('holds the gauges, is readable by everybody, and is replaced in one step', async () => {
    const path = join(folder, 'vanta-sync.prom')
    await writeMetricsFile(path, 'old')
    const text = await metricsText(await desk.operator.snapshot(), await desk.state.runs.totals())
    await writeMetricsFile(path, text)
    expect(await readFile(path, 'utf8')).toContain('vanta_sync_resource_health{resource="people",state="healthy"} 1')
    expect((await stat(path)).mode & 0o777).toBe(0o644)
    expect(await readdir(folder)).toEqual(['vanta-sync.prom'])
  })

  test('that cannot be written is an error with its place, and leaves nothing behind', async () => {
    const path = join(folder, 'nowhere', 'vanta-sync.prom')
    await expect(writeMetricsFile(path, 'x')).rejects.toMatchObject({ exitCode: 78, code: 'metrics-file' })
    await expect(writeMetricsFile(folder, 'x')).rejects.toMatchObject({ code: 'metrics-file' })
    expect(await readdir(folder)).toEqual(['vanta-sync.prom'])
  })
})
