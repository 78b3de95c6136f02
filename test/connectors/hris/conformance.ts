import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hrisConnector } from '../../../connectors/hris/index.ts'
import { defineFixture } from '../../../testing/fixture.ts'

const PEOPLE = 300

/** An export with two rows a person; cut, it ends within a row. */
export const fixture = defineFixture({
  connector: hrisConnector,
  async start() {
    const folder = await mkdtemp(join(tmpdir(), 'vanta-sync-hris-'))
    const path = join(folder, 'people.csv')
    const rows = Array.from({ length: 2 * PEOPLE }, (_, i) => {
      const isFormer = i < PEOPLE
      const dates = isFormer ? '01.04.2019;30.06.2020' : '01.07.2021;'
      return `E-${(i % PEOPLE) + 1};Person ${(i % PEOPLE) + 1};User;${dates}`
    })
    await writeFile(path, `id;name;role;start;end\n${rows.join('\n')}\n`)
    return {
      options: {
        path: 'people.csv',
        settle: '0s',
        columns: { id: 'id', start: 'start', end: 'end' },
        dateFormat: 'dd.MM.yyyy',
      },
      baseDir: folder,
      rows: PEOPLE,
      async cut() {
        const whole = await readFile(path)
        const middle = whole.indexOf(';User', whole.length / 2)
        await writeFile(path, whole.subarray(0, middle))
      },
      stop: () => rm(folder, { recursive: true, force: true }),
    }
  },
  mistakes: [
    {
      says: 'no date format',
      options: (good) => Object.fromEntries(Object.entries(good).filter(([key]) => key !== 'dateFormat')),
      fails: 'ConfigError',
      code: 'hris-options',
    },
    {
      says: 'a column that the export does not have',
      options: (good) => ({ ...good, columns: { id: 'id', start: 'start', end: 'ned' } }),
      fails: 'OperatorError',
      code: 'hris-columns',
    },
    { says: 'an unknown preset', options: (good) => ({ ...good, preset: 'nobody' }), fails: 'options' },
  ],
})
