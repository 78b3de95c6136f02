import type { CheckContext } from '../../core/connector.ts'
import { checkFiles } from '../files/check-files.ts'
import { readJson } from '../tables/read-json.ts'
import type { JsonFileOptions } from './options.ts'

/** Finds the files, opens them and reads their first rows; says what it saw. */
export function checkJson(context: CheckContext<JsonFileOptions>): Promise<string> {
  return checkFiles(context, (body) => readJson(body, context.options, context.clock.now()))
}
