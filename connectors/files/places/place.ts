/** A store of files: this machine's disk, an SFTP server, a web server, standard input. */

/** What a file is at one moment; two of them tell whether somebody touched it. */
export interface Fingerprint {
  /** Bytes; undefined where the store does not say. */
  readonly size: number | undefined
  /** Undefined where the store does not say. */
  readonly modifiedNs: bigint | undefined
  /** Which file it is, or which version: an inode, an ETag. Empty where the store does not say. */
  readonly identity: string
  /** When the store told this, by its own clock, in milliseconds; undefined where it does not say. */
  readonly toldMs?: number
}

export interface OpenFile {
  readonly opened: Fingerprint
  /** The bytes as they are stored, to the end. Call it once; it ends with an error when the store cuts it off. */
  pieces(signal: AbortSignal): AsyncGenerator<Buffer, void, void>
  /** What the open file is now; undefined where only its name can be asked. */
  now(): Promise<Fingerprint | undefined>
  /** Path on this machine, when it has one: what needs to jump about in a file may open that. */
  readonly localPath?: string
  /**
   * Does the store say where the bytes end? Where it does not (a pipe, an old web server), a writer that died looks like
   * one that is done, and only the content can prove its end.
   */
  readonly marksEnd: boolean
  /** What the store said for the bytes, once `pieces` have ended: `the SHA-256 that the server names agrees`. */
  evidence?(): readonly string[]
  close(): Promise<void>
}

/** Files that a pattern matches. */
export interface Matches {
  /** The folder above the first wildcard: what the names of matches are relative to. */
  readonly root: string
  /** In the order of their names. */
  readonly paths: readonly string[]
}

export interface Place {
  /** How long a file must rest here when the options do not say: milliseconds. */
  readonly settleMs: number
  /** Whether its clock is ours: elsewhere a file rests when two looks, `settle` apart, see the same. */
  readonly sameClock: boolean
  /**
   * Files that a pattern matches: `*`, `?`, `[…]` within a name, `**` for any depth of folders. A path without
   * wildcards is its own only match, whether it exists or not.
   * @throws OperatorError when a folder may not be listed: unseen files must not pass for absent ones
   */
  find(pattern: string): Promise<Matches>
  /** @throws OperatorError when there is no such file, or it is a folder, pipe or device; RetryLaterError */
  fingerprint(path: string): Promise<Fingerprint>
  /** @throws as `fingerprint` does */
  open(path: string, signal: AbortSignal): Promise<OpenFile>
  /** A path beside another one: `people.ctl` in the folder of `/data/people.csv`. */
  beside(path: string, name: string): string
  /** The last part of a path. */
  nameOf(path: string): string
  /** A path for messages: without what may be secret. */
  say(path: string): string
  /** The bytes can be had a single time, so that whoever only wants to look must leave them alone. */
  readonly once?: true
  close(): Promise<void>
}
