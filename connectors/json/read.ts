import type { ReadContext, Rows } from '../../core/connector.ts'
import { readFiles } from '../files/read-files.ts'
import { readJson } from '../tables/read-json.ts'
import type { JsonFileOptions } from './options.ts'

/** Reads the file or files, and proves that they were whole and at rest. */
export function readJsonFiles(context: ReadContext<JsonFileOptions>): Rows {
  return readFiles(context, (body) => readJson(body, context.options, context.clock.now()))
}
