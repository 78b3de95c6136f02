import type { GlobalOptions, Io } from '../io.ts'
import { ConfigProblems, openConfig } from '../workplace.ts'

/** Checks config, mappings and connector options offline; every mistake at once. */
export async function validateCommand(io: Io, options: GlobalOptions): Promise<number> {
  try {
    const { settings } = await openConfig(io, options, 'check')
    const { resources, warnings } = settings
    if (options.json) {
      const document = {
        command: 'validate',
        exitCode: 0,
        problems: [],
        warnings,
        resources: resources.map(({ name }) => name),
      }
      io.out(`${JSON.stringify(document, null, 2)}\n`)
      return 0
    }
    for (const warning of warnings) io.err(`warning: ${warning}\n`)
    io.out(
      `${options.config} is valid: ${resources.length} ${resources.length === 1 ? 'resource' : 'resources'} (${resources.map(({ name }) => name).join(', ')})\n`,
    )
    return 0
  } catch (error) {
    if (!(error instanceof ConfigProblems)) throw error
    if (options.json)
      io.out(`${JSON.stringify({ command: 'validate', exitCode: 78, problems: error.problems }, null, 2)}\n`)
    else io.err(`${error.message}\n`)
    return 78
  }
}
