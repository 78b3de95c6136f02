/** The command line in process: for what needs no process of its own. */
import { scrubbed } from '../../cli/io.ts'
import { runProgram } from '../../cli/program.ts'
import { ConfigProblems } from '../../cli/workplace.ts'
import type { ConfigProblem } from '../../config/load.ts'
import { isSyncError, messageOf } from '../../core/errors.ts'
import { createSecretRegistry } from '../../core/secret-registry.ts'

export interface CommandResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** Mistakes of the configuration, or of what belongs to it. */
  readonly problems: readonly ConfigProblem[]
}

/** @throws what is no error for people */
export async function runCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  let stdout = ''
  let stderr = ''
  const io = scrubbed({
    env,
    secrets: createSecretRegistry(),
    out: (text: string) => void (stdout += text),
    err: (text: string) => void (stderr += text),
    terminal: false,
    colour: false,
    signal: new AbortController().signal,
    onHangup: () => () => undefined,
  })
  try {
    return { code: await runProgram(args, io), stdout, stderr, problems: [] }
  } catch (error) {
    if (!isSyncError(error)) throw error
    const problems = error instanceof ConfigProblems ? error.problems : []
    return { code: error.exitCode, stdout, stderr: `${stderr}${messageOf(error)}\n${error.hint ?? ''}`, problems }
  }
}
