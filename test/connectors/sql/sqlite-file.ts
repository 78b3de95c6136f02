import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../../../core/state/sqlite.ts'

export interface SqliteFile {
  readonly folder: string
  readonly path: string
  sql(text: string): void
  /** Of its bytes. */
  digest(): Promise<string>
  remove(): Promise<void>
}

/** A file with `rows` people of some 200 bytes, so that it has pages beyond what SQLite reads ahead. */
export async function makeSqliteFile(rows: number): Promise<SqliteFile> {
  const folder = await mkdtemp(join(tmpdir(), 'vanta-sync-sqlite-'))
  const path = join(folder, 'people.db')
  function sql(text: string): void {
    const database = openDatabase(path)
    try {
      database.exec(text)
    } finally {
      database.close()
    }
  }
  sql(`create table people (id text primary key, name text, note text);
    insert into people with recursive n(i) as (select 1 union all select i + 1 from n where i < ${rows})
    select printf('E-%05d', i), 'Person ' || i, printf('%.200c', 'x') from n`)
  return {
    folder,
    path,
    sql,
    digest: async () =>
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
