import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { xlsxConnector } from '../../../connectors/xlsx/index.ts'
import { defineFixture } from '../../../testing/fixture.ts'
import { textRows, workbookOf } from '../../support/workbook.ts'

const ROWS = 300

/** A workbook on disk; cut, it loses its second half. */
export const fixture = defineFixture({
  connector: xlsxConnector,
  async start() {
    const folder = await mkdtemp(join(tmpdir(), 'vanta-sync-xlsx-'))
    const path = join(folder, 'people.xlsx')
    const people = Array.from({ length: ROWS }, (_, i) => [`E-${i + 1}`, `Person ${i + 1}`, 'User'])
    await writeFile(
      path,
      workbookOf({ sheets: [{ name: 'Staff', data: textRows([['id', 'name', 'role'], ...people]) }] }),
    )
    return {
      options: { path: 'people.xlsx', sheet: 'Staff', settle: '0s' },
      baseDir: folder,
      rows: ROWS,
      async cut() {
        const whole = await readFile(path)
        await writeFile(path, whole.subarray(0, whole.length / 2))
      },
      stop: () => rm(folder, { recursive: true, force: true }),
    }
  },
  mistakes: [
    {
      says: 'a sheet that is not there',
      options: (good) => ({ ...good, sheet: 'Stuff' }),
      fails: 'ConfigError',
      code: 'xlsx-sheet',
    },
    {
      says: 'a file that is not there',
      options: (good) => ({ ...good, path: 'none.xlsx' }),
      fails: 'OperatorError',
      code: 'file-missing',
    },
    { says: 'a header row of zero', options: (good) => ({ ...good, headerRow: 0 }), fails: 'options' },
  ],
})
