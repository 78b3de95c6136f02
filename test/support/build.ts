/** Vitest's global set-up: the end-to-end tests run the built command, and a stale one would prove nothing. */
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { runProgram } from './run-program.ts'

export default async function build(): Promise<void> {
  const setup = fileURLToPath(new URL('../../scripts/setup.mjs', import.meta.url))
  const { code, stdout, stderr } = await runProgram(execPath, [setup])
  // Tests that need no build still run; those that do say that it is stale.
  if (code !== 0) process.stderr.write(`${stdout}${stderr}`)
}
