import type { Database } from './database.ts'
import type { DaemonRow, Daemons } from './state.ts'

/** `isAlive` tells whether the process of a daemon lives: it holds a scratch folder of its id as long as it does. */
export function createDaemons(database: Database, isAlive: (id: string) => boolean): Daemons {
  async function remove(id: string): Promise<void> {
    database.prepare('DELETE FROM daemon WHERE id = ?').run(id)
  }
  return {
    async beat(row) {
      database
        .prepare('INSERT OR REPLACE INTO daemon (id, beat_at, row) VALUES (?, ?, ?)')
        .run(row.id, row.beatAt, JSON.stringify(row))
    },
    async list() {
      const rows = database.prepare('SELECT row FROM daemon ORDER BY id').all()
      const daemons = rows.map((row) => JSON.parse(String(row['row'])) as DaemonRow)
      const dead = daemons.filter(({ id }) => !isAlive(id))
      for (const { id } of dead) await remove(id)
      return daemons.filter((each) => !dead.includes(each))
    },
    isAlive,
    remove,
  }
}
