import type { Log } from '../../../core/log.ts'
import type { FileOptions } from '../options.ts'
import type { Limit } from './limit.ts'

/** Bytes in one wrapping, and what is needed to take it off. */
export interface Packed {
  /** Of the stored file, for people. */
  readonly name: string
  readonly pieces: AsyncGenerator<Buffer, void, void>
  /** Path on this machine of these very bytes, when they have one. */
  readonly localPath: string | undefined
  readonly pgp: FileOptions['pgp']
  readonly limit: Limit
  /** Folder for temporary files. */
  readonly scratch: string
  readonly log: Log
  readonly signal: AbortSignal
}
