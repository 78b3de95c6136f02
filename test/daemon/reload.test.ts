import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { HOUR, SECOND } from '../../core/clock.ts'
import { type Night, useNights } from './fixture.ts'

const openNight = useNights()

function started(night: Night): number {
  return night.heard.filter(({ kind }) => kind === 'run-started').length
}

/** The file is what the settings were made of. */
async function begin(night: Night): Promise<void> {
  await writeFile(night.settings.file, 'one')
  const hash = createHash('sha256').update('one').digest('hex')
  night.setSettings((settings) => ({ ...settings, hash }))
}

function taken(night: Night): number {
  return night.logged.filter(({ message }) => message === 'configuration taken').length
}

describe('a configuration that changes', () => {
  it('is taken when its content has changed and rests, also where it was swapped by links', async () => {
    const night = await openNight()
    await begin(night)
    await night.start()
    await night.pass(HOUR)
    expect(started(night)).toBe(0)
    night.setResources((one) => [{ ...one, schedule: { cron: '30 * * * *', zone: 'UTC', jitterMs: 0 } }])
    await night.pass(HOUR)
    expect(started(night)).toBe(0)
    await writeFile(night.settings.file, 'two')
    await night.passUntil(() => taken(night) === 1, 5 * SECOND)
    await night.pass(HOUR)
    expect(started(night)).toBe(1)
  })

  it('is told and not taken when it is wrong; the old one stays until the next that is right', async () => {
    const night = await openNight()
    await begin(night)
    night.setResources((one) => [{ ...one, schedule: { cron: '30 * * * *', zone: 'UTC', jitterMs: 0 } }])
    let loads: 'wrong' | 'right' = 'wrong'
    const daemon = await night.start({
      load: async () =>
        loads === 'wrong'
          ? { problems: ['vanta.config.yaml:3:1 a: is unknown', 'another'] }
          : { settings: night.settings },
    })
    await writeFile(night.settings.file, 'two')
    await night.passUntil(() => night.logged.some(({ level }) => level === 'error'), 5 * SECOND)
    expect(night.logged.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
      'the configuration is not taken: vanta.config.yaml:3:1 a: is unknown',
      'the configuration is not taken: another',
    ])
    expect((await daemon.operator.snapshot()).daemons).toMatchObject([
      { configProblem: 'vanta.config.yaml:3:1 a: is unknown' },
    ])
    await night.pass(HOUR)
    expect(started(night)).toBe(1)
    loads = 'right'
    await daemon.reload()
    await night.pass(HOUR)
    expect(started(night)).toBe(1)
    expect((await daemon.operator.snapshot()).daemons[0]).not.toHaveProperty('configProblem')
  })

  it('says which changes wait for the next start', async () => {
    const night = await openNight()
    const daemon = await night.start()
    night.setSettings((settings) => ({
      ...settings,
      state: { ...settings.state, path: '/elsewhere' },
      server: { ...settings.server, port: 9999 },
    }))
    await daemon.reload()
    const warned = night.logged.filter(({ level }) => level === 'warn').map(({ message }) => message)
    expect(warned).toEqual([
      'state.path was changed: it is taken at the next start of the daemon',
      'where the server listens was changed: it is taken at the next start of the daemon',
    ])
  })
})
