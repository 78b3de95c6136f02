/** Vitest's global set-up: the end-to-end tests run the built command, and a stale one would prove nothing. */
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'
import { runProgram } from './run-program.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** What the build said when it failed, else empty. Only the tests that need the build fail by it. */
    readonly buildFault: string
  }
}

export async function setup({ provide }: TestProject): Promise<void> {
  const script = fileURLToPath(new URL('../../scripts/setup.mjs', import.meta.url))
  const { code, stdout, stderr } = await runProgram(execPath, [script])
  provide('buildFault', code === 0 ? '' : `${stdout}${stderr}`)
}
