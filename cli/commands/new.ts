import { join } from 'node:path'
import { EXIT } from '../../core/errors.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { builtInNear, checkConnectorName } from '../scaffold/connector-name.ts'
import {
  hasConfig,
  ownTestCommand,
  type Place,
  testCommandOf,
  useOf,
  variableOf,
  yamlOf,
} from '../scaffold/next-steps.ts'
import { filesOf, fillTemplates } from '../scaffold/templates.ts'
import { writeNewFiles } from '../scaffold/write-files.ts'

export interface NewConnectorFlags {
  readonly dir: string
}

/**
 * Writes a connector that works, with its fixture, its test and its page, and says what to do next.
 * @throws UsageError for a name that is none, and for files that are there already
 */
export async function newConnectorCommand(
  io: Io,
  options: GlobalOptions,
  { name, flags }: { name: string; flags: NewConnectorFlags },
): Promise<number> {
  checkConnectorName(name)
  const place: Place = { folder: flags.dir, name, config: options.config, env: io.env }
  const test = testCommandOf(place)
  const texts = await fillTemplates({ NAME: name, USE: useOf(place), VARIABLE: variableOf(name), TEST: test })
  const files = filesOf(name).map((file, index) => ({ path: join(flags.dir, file), text: texts[index] ?? '' }))
  await writeNewFiles(files)
  const paths = files.map(({ path }) => path)
  const own = ownTestCommand(place)
  const next = own === undefined ? [test] : [test, own]
  if (options.json) io.out(`${JSON.stringify({ command: 'new', exitCode: EXIT.done, files: paths, next }, null, 2)}\n`)
  else if (!options.quiet) io.out(await sayDone(place, { paths, next }))
  return EXIT.done
}

interface Done {
  readonly paths: readonly string[]
  readonly next: readonly string[]
}

async function sayDone(place: Place, { paths, next }: Done): Promise<string> {
  const { name, config } = place
  const near = builtInNear(name)
  const where = (await hasConfig(place)) ? `In ${config}, under connectors:` : `In a ${config}, under connectors:`
  const lines = [
    'Written:',
    ...paths.map((path) => `  ${path}`),
    ...(near === undefined ? [] : ['', `Should it be the built-in ${near}? Then delete these, and say use: ${near}.`]),
    '',
    'It passes as it is; run this after each change:',
    ...next.map((command) => `  ${command}`),
    ...(next.length > 1 ? [] : ['', `${name}.test.ts runs by node --test once vanta-sync is a dependency of yours.`]),
    '',
    where,
    yamlOf(place),
  ]
  return lines.join('\n')
}
