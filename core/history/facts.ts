/** What the history says of a resource in a run. Never changed, so it names nobody. */
import { createHash } from 'node:crypto'
import type { ResourceDocument, RunDocument } from '../run/document.ts'
import { maskError } from '../run/redact.ts'
import type { ResourceRunRow } from '../state/state.ts'

export interface RunFacts {
  readonly row: ResourceRunRow
  readonly command: RunDocument['command']
  readonly startedBy: string
  readonly toolVersion: string
  readonly config: string
  readonly fared: ResourceDocument
  digest(text: string): string
}

export function factsOfRun({ row, fared, digest, ...run }: RunFacts): Readonly<Record<string, unknown>> {
  const { logins: _logins, made, error, ...facts } = row
  const { sources, answers, verified, bytes, approval, changedSince } = fared
  return {
    ...facts,
    ...run,
    ...(made === undefined ? {} : { mapping: made.mapping, module: made.module }),
    ...(changedSince === undefined ? {} : { changedSince }),
    ...(sources === undefined ? {} : { sources: sources.map(sourceFacts) }),
    ...(bytes === undefined ? {} : { bytes }),
    ...(answers === undefined ? {} : { answers: answers.map(answerFacts) }),
    ...(verified === undefined ? {} : { verified }),
    ...(approval === undefined ? {} : { approval }),
    ...(error === undefined ? {} : { error: maskError(error, digest) }),
  }
}

function sourceFacts({ name, rows, asOf, files }: NonNullable<ResourceDocument['sources']>[number]): object {
  return { name, rows, asOf, ...(files === undefined ? {} : { files }) }
}

/** Vanta may quote a record in its answer. */
function answerFacts({ status, text }: { status: number; text: string }): object {
  return { status, sha256: createHash('sha256').update(text).digest('hex') }
}
