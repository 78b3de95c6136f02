import { toInstant } from '../../core/clock.ts'
import type { CheckContext } from '../../core/connector.ts'
import { OperatorError } from '../../core/errors.ts'
import { type FoundFile, findFiles } from './find.ts'
import type { FileOptions } from './options.ts'
import { openPlace } from './places/open.ts'
import type { Fingerprint, Place } from './places/place.ts'
import { type FileKind, openBody } from './file-body.ts'
import type { BodyEnd, ReadBody } from './read-files.ts'
import { modifiedAt } from './stable.ts'

type Context = CheckContext<FileOptions>

/** Finds the files, opens them and reads their first rows; says what it saw. */
export async function checkFiles(context: Context, readBody: ReadBody, kind: FileKind = {}): Promise<string> {
  const place = await openPlace(context)
  try {
    if (place.once) return `${place.say(context.options.path)} can be read only once, so it is left for the run`
    const sentences: string[] = []
    for (const file of await findFiles(place, context.options, context.log)) {
      sentences.push(await checkFile(place, file, { context, readBody, kind }))
    }
    return sentences.join('; ')
  } finally {
    await place.close()
  }
}

interface Checking {
  readonly context: Context
  readonly readBody: ReadBody
  readonly kind: FileKind
}

async function checkFile(place: Place, file: FoundFile, { context, readBody, kind }: Checking): Promise<string> {
  const open = await place.open(file.path, context.signal)
  try {
    let columns: readonly string[] | undefined
    const opened = openBody({
      file,
      open,
      baseName: place.nameOf(file.path),
      context,
      kind,
      announce(names) {
        columns = names
      },
    })
    try {
      await readFirst(file, readBody(opened.body))
    } finally {
      await opened.close()
    }
    return say(file, open.opened, columns)
  } finally {
    await open.close()
  }
}

/** The header comes with the first rows; a file that has none is read to its end, and is short. */
async function readFirst(file: FoundFile, rows: ReturnType<ReadBody>): Promise<void> {
  let step = await rows.next()
  while (step.done !== true && step.value.length === 0) step = await rows.next()
  if (step.done !== true) {
    await rows.return(NOTHING)
    return
  }
  const { faults } = step.value
  if (faults.length === 0) return
  throw new OperatorError('file-incomplete', faults.join('; '), {
    hint: `Whoever delivers ${file.name} must deliver it whole.`,
  })
}

const NOTHING: BodyEnd = { rows: 0, columns: undefined, ending: 'broken', faults: [], evidence: [] }

function say(file: FoundFile, print: Fingerprint, columns: readonly string[] | undefined): string {
  const facts: string[] = []
  if (columns !== undefined) facts.push(columns.length === 1 ? '1 column' : `${columns.length} columns`)
  if (print.size !== undefined) facts.push(`${print.size} bytes`)
  const dated = `is of ${toInstant(modifiedAt(print).getTime())}`
  return facts.length === 0 ? `${file.name} ${dated}` : `${file.name} has ${facts.join(', ')}, and ${dated}`
}
