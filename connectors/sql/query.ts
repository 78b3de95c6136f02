import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { ConfigError } from '../../core/errors.ts'
import type { Statement } from './database.ts'
import type { SqlOptions } from './options.ts'

const STRICT_UTF8 = new TextDecoder('utf-8', { fatal: true })

/**
 * The statement that is read, from the option or its file.
 * @throws ConfigError when there is none, or two, or its file cannot be read
 */
export async function queryOf({ query, queryFile, parameters }: SqlOptions): Promise<Statement> {
  if (query !== undefined && queryFile !== undefined) throw unfit('`query` and `queryFile` are both given')
  if (queryFile !== undefined) {
    return statement(basename(queryFile), await readQueryFile(queryFile), parameters)
  }
  if (query === undefined) throw unfit('neither `query` nor `queryFile` is given')
  return statement('query', query, parameters)
}

/** The statement that counts; undefined when none is configured. */
export function countOf({ count }: SqlOptions): Statement | undefined {
  return count === undefined ? undefined : statement('count', count, [])
}

function statement(name: string, text: string, parameters: readonly string[]): Statement {
  if (text.trim() !== '') return { name, text, parameters }
  throw new ConfigError('sql-query', `${name} holds no statement`, { hint: 'Write one SELECT into it.' })
}

async function readQueryFile(path: string): Promise<string> {
  try {
    return STRICT_UTF8.decode(await readFile(path))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    const why = code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'its text is not UTF-8' : code
    throw new ConfigError('sql-query', `\`queryFile\` names ${path}, which cannot be read (${why})`, {
      hint: 'Correct the path, or let this process read the file.',
    })
  }
}

function unfit(what: string): ConfigError {
  return new ConfigError('sql-query', `there must be one query: ${what}`, { hint: 'Give one of the two.' })
}
