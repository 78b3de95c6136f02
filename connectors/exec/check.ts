import type { CheckContext } from '../../core/connector.ts'
import { prepareCommand } from './command.ts'
import type { ExecOptions } from './options.ts'

/** Looks for the program, its folder and its variables. It is not run: nobody knows how long it takes or costs. */
export async function checkExec({ options }: CheckContext<ExecOptions>): Promise<string> {
  const { file, cwd } = await prepareCommand(options)
  return `${file} may be executed in ${cwd}; it was not run`
}
