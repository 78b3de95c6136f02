import { toInstant } from '../../core/clock.ts'
import type { CheckContext } from '../../core/connector.ts'
import { OperatorError } from '../../core/errors.ts'
import { type FoundFile, findFiles } from '../files/find.ts'
import { fingerprint, modifiedAt } from '../files/stable.ts'
import type { CsvOptions } from './options.ts'
import { readCsvFile } from './read-file.ts'

type Context = CheckContext<CsvOptions>

/** Finds the files, opens them and reads their headers; says what it saw. */
export async function checkCsv(context: Context): Promise<string> {
  const found = await findFiles(context.options, context.log)
  const sentences: string[] = []
  for (const file of found) sentences.push(await checkFile(file, context))
  return sentences.join('; ')
}

async function checkFile(file: FoundFile, context: Context): Promise<string> {
  let columns: readonly string[] = []
  const rows = readCsvFile({
    ...context,
    file,
    announce(names) {
      columns = names
    },
  })
  // The header comes with the first rows; a file that has none is read to its end, and is short.
  for await (const batch of rows) if (batch.length > 0) break
  if (columns.length === 0) throw noHeader(file)
  const print = await fingerprint(file.path)
  const count = columns.length === 1 ? '1 column' : `${columns.length} columns`
  return `${file.name} has ${count}, ${print.size} bytes, and is of ${toInstant(modifiedAt(print).getTime())}`
}

function noHeader(file: FoundFile): OperatorError {
  return new OperatorError('csv-header', `${file.name} has no readable header: its first row never ends`, {
    hint: 'Look for a quotation mark in the first line that is not closed.',
  })
}
