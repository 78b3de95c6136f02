/** The JavaScript heap of this process, as the daemon tidies it. */
import { getHeapStatistics } from 'node:v8'
import type { Heap } from '../daemon/tidy.ts'

export const processHeap: Heap = {
  bytes: () => getHeapStatistics().total_heap_size,
  collect: collectGarbage,
}

/**
 * By the protocol of the inspector, within the process: no port is opened, no flag of V8 is changed, and it is the one
 * way that is documented and that also gives the emptied pages back to the system (`gc()` keeps them on Node 20).
 * @throws where Node was built without the inspector
 */
async function collectGarbage(): Promise<void> {
  const { Session } = await import('node:inspector')
  const session = new Session()
  session.connect()
  try {
    await new Promise<void>((resolve, reject) => {
      session.post('HeapProfiler.collectGarbage', (error: Error | null) => {
        // The answer comes from within the inspector's own work; to disconnect there would hang the process.
        setImmediate(() => (error === null ? resolve() : reject(error)))
      })
    })
  } finally {
    session.disconnect()
  }
}
