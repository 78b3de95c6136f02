import { ConfigError, OperatorError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import { dateInName, isDateFormat } from './name-date.ts'
import type { Matches, Place } from './places/place.ts'

export interface FileChoice {
  /** Absolute path or pattern, or a location elsewhere. */
  readonly path: string
  readonly pick?: 'newest' | 'all'
  readonly nameDate?: string
}

export interface FoundFile {
  readonly path: string
  /** For people: the base name, or where it lies below the first wildcard. */
  readonly name: string
}

/**
 * The files to read, in the order of their names; never none.
 * @throws OperatorError when nothing matches, when several do and `pick` is not given, when the newest is not clear
 * @throws ConfigError when `nameDate` is no date format
 */
export async function findFiles(place: Place, choice: FileChoice, log: Log): Promise<readonly FoundFile[]> {
  const { nameDate } = choice
  if (nameDate !== undefined && !isDateFormat(nameDate)) throw noDateFormat(nameDate)
  const matches = await place.find(choice.path)
  if (matches.paths.length === 0) throw noMatch(choice.path, matches)
  const found = matches.paths.map((path) => ({ path, name: nameOf(place, matches, path) }))
  if (choice.pick === 'all') return found
  if (found.length === 1 && nameDate === undefined) return found
  if (choice.pick === undefined && found.length > 1) throw needsPick(choice.path, found.length)
  const newest =
    nameDate === undefined
      ? await newestByTime(place, found)
      : newestByName({ place, pattern: choice.path, format: nameDate }, found)
  if (found.length > 1) log.info('picked the newest of several files', { file: newest.name, matching: found.length })
  return [newest]
}

function nameOf(place: Place, { root, paths }: Matches, path: string): string {
  if (paths.length === 1 || !path.startsWith(root)) return place.nameOf(path)
  return path.slice(root.length).replace(/^[\\/]/, '')
}

async function newestByTime(place: Place, found: readonly FoundFile[]): Promise<FoundFile> {
  let newest: { file: FoundFile; time: bigint } | undefined
  for (const file of found) {
    const { modifiedNs: time = 0n } = await place.fingerprint(file.path)
    // Of two equally old files the later name wins: exports are often numbered.
    if (newest === undefined || time >= newest.time) newest = { file, time }
  }
  if (newest === undefined) throw new Error('the newest of no files was asked for')
  return newest.file
}

interface ByName {
  readonly place: Place
  readonly pattern: string
  readonly format: string
}

function newestByName({ place, pattern, format }: ByName, found: readonly FoundFile[]): FoundFile {
  let newest: FoundFile[] = []
  let newestDate = Number.NEGATIVE_INFINITY
  for (const file of found) {
    const date = dateInName(place.nameOf(file.path), format)
    if (date === 'several') throw severalDates(file.name, format)
    if (date === 'none' || date < newestDate) continue
    newest = date === newestDate ? [...newest, file] : [file]
    newestDate = date
  }
  const [only] = newest
  if (only === undefined) throw noDates(pattern, format, found.length)
  if (newest.length > 1) throw sameDate(newest, format)
  return only
}

function noMatch(pattern: string, matches: Matches): OperatorError {
  return new OperatorError('no-file', `no file matches ${pattern}`, {
    hint: `Looked from ${matches.root} on; hidden and temporary names never match. Whoever delivers the export must put it there.`,
  })
}

function needsPick(pattern: string, count: number): OperatorError {
  return new OperatorError('several-files', `${count} files match ${pattern}, and nothing says which to read`, {
    hint: 'Set `pick: newest` for the latest one, or `pick: all` when together they are the whole set.',
  })
}

function noDateFormat(format: string): ConfigError {
  return new ConfigError('name-date', `nameDate "${format}" names no year with a month, week or day`, {
    hint: "Use luxon's tokens, as in yyyyMMdd or 'people_'dd-MM-yyyy.",
  })
}

function severalDates(name: string, format: string): OperatorError {
  return new OperatorError('name-date', `the name ${name} holds more than one date in the format ${format}`, {
    hint: "Put the text beside the date that counts into nameDate, in single quotes: 'until_'yyyyMMdd.",
  })
}

function noDates(pattern: string, format: string, count: number): OperatorError {
  const files = count === 1 ? 'the only file that matches' : `none of the ${count} files that match`
  return new OperatorError(
    'name-date',
    `${files} ${pattern} ${count === 1 ? 'has no' : 'has a'} date in the format ${format}`,
    {
      hint: 'A run of digits counts as a whole: yyyyMMdd is not found in 20261123093000.',
    },
  )
}

function sameDate(files: readonly FoundFile[], format: string): OperatorError {
  const names = files.map((file) => file.name).join(', ')
  return new OperatorError('name-date', `${files.length} files carry the newest date: ${names}`, {
    hint: `Deliver one file a date, or give ${format} a time of day as well.`,
  })
}
