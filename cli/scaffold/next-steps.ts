/** What an author does after `new connector`, as commands that work where they stand. */
import { stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'

export interface Place {
  /** Folder of the new files, as it was named. */
  readonly folder: string
  readonly name: string
  /** The configuration, which need not exist. */
  readonly config: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** `npx vanta-sync` for whoever came that way. */
export function ownCommand({ npm_command: npm }: Place['env']): string {
  return npm === 'exec' ? 'npx vanta-sync' : 'vanta-sync'
}

/** `./connectors/assets.ts`, from the working directory. */
export function testCommandOf({ folder, name, env }: Place): string {
  return `${ownCommand(env)} test ${quoted(dotted(join(folder, `${name}.ts`)))}`
}

/** The same, seen from the configuration. */
export function useOf({ folder, name, config }: Place): string {
  const path = join(folder, `${name}.ts`)
  if (isAbsolute(folder)) return path
  return dotted(relative(dirname(resolve(config)), resolve(path)))
}

function dotted(path: string): string {
  const slashed = path.split(sep).join('/')
  return slashed.startsWith('../') || isAbsolute(path) ? slashed : `./${slashed}`
}

function quoted(path: string): string {
  return /^[\w./@-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}

/** Runs the tests of the author's own. Undefined where Node would not find `vanta-sync`. */
export function ownTestCommand({ folder, name }: Place): string | undefined {
  const file = quoted(join(folder, `${name}.test.ts`).split(sep).join('/'))
  const resolves = (module: string): boolean => canResolve(module, folder)
  if (!resolves('vanta-sync/testing')) return undefined
  if (stripsTypes()) return `node --test ${file}`
  // What registers it has no entry for `require`.
  return resolves('jiti/package.json') ? `node --import jiti/register --test ${file}` : undefined
}

/** Node from 22.18 on loads TypeScript by itself. */
function stripsTypes(): boolean {
  return 'typescript' in process.features && process.features.typescript !== false
}

function canResolve(module: string, folder: string): boolean {
  const from = createRequire(resolve(folder, 'module.js'))
  try {
    from.resolve(module)
    return true
  } catch {
    return false
  }
}

export async function hasConfig({ config }: Place): Promise<boolean> {
  return (await stat(config).catch(() => undefined))?.isFile() === true
}

/** `HR_PORTAL_TOKEN`. */
export function variableOf(name: string): string {
  return `${name.replaceAll('-', '_').toUpperCase()}_TOKEN`
}

export function yamlOf(place: Place): string {
  const { name } = place
  return `  ${name}:
    use: ${JSON.stringify(useOf(place)).replaceAll(/^"([\w./@-]+)"$/g, '$1')}
    with:
      url: https://${name}.example.com/api
      token: { env: ${variableOf(name)} }
`
}
