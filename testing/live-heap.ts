import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { pause } from './within.ts'

/** Collects everything that nobody needs, at once. */
export type CollectGarbage = () => void

export function createCollector(): CollectGarbage {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as CollectGarbage
}

/** Bytes that are in use after a collection, buffers outside the heap included. */
export type LiveHeap = () => Promise<number>

export function createLiveHeap(): LiveHeap {
  const collect = createCollector()
  return async () => {
    collect()
    // What has a finalizer goes one turn later.
    await pause(1)
    collect()
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
}
