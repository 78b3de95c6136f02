import { ConfigError } from '../../core/errors.ts'

export interface Driver {
  /** What it is for: `use: sql with PostgreSQL`. */
  readonly purpose: string
  /** With major versions, as npm takes them: `pg@8`. */
  readonly packages: readonly string[]
}

/**
 * Loads a driver that is installed only where it is used.
 * @param load its dynamic import, written out where it is used so that its types are known
 * @throws ConfigError `driver-missing` with the command that installs it
 */
export async function loadDriver<T>(load: () => Promise<T>, { purpose, packages }: Driver): Promise<T> {
  try {
    return await load()
  } catch (error) {
    if (!isMissing(error)) throw error
    const names = packages.map((name) => name.replace(/(.)@[^@]*$/, '$1')).join(' and ')
    throw new ConfigError('driver-missing', `${purpose} needs ${names}, which vanta-sync does not bring along`, {
      hint: `Install it beside vanta-sync: npm install ${packages.join(' ')}`,
      cause: error,
    })
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).endsWith('MODULE_NOT_FOUND')
}
