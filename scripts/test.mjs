#!/usr/bin/env node
// `npm test`: every check and every test, each step by its name, and a summary of what failed. All steps run even when
// an early one fails. With arguments (`npm test -- test/core`) only the tests run, with those arguments, and without the
// coverage that a part of the tests cannot reach.
import { performance } from 'node:perf_hooks'
import { argv, execPath, exit, version } from 'node:process'
import { join } from 'node:path'
import { run, runTool } from './checkout.mjs'

const root = join(import.meta.dirname, '..')

const STEPS = [
  { name: 'types', tool: 'typescript/bin/tsc', args: ['-p', 'tsconfig.test.json'] },
  { name: 'lint', tool: 'oxlint/bin/oxlint', args: ['--type-aware', '--deny-warnings'] },
  { name: 'format', tool: '@biomejs/biome/bin/biome', args: ['format', '.'] },
  { name: 'imports', script: 'scripts/check-imports.mjs' },
  { name: 'tests', tool: 'vitest/vitest.mjs', args: ['run', '--coverage'] },
]

function runStep({ name, tool, script, args = [] }) {
  const started = performance.now()
  console.log(`\n── ${name} ──`)
  const code = tool ? runTool(root, tool, args) : run(root, execPath, [join(root, script)])
  return { name, code, seconds: ((performance.now() - started) / 1000).toFixed(1) }
}

function summarize(results) {
  const words = results.map(
    ({ name, code, seconds }) => `${name} ${code === 0 ? 'ok' : `FAILED (${code})`} ${seconds} s`,
  )
  console.log(`\nnpm test on Node ${version}: ${words.join(' · ')}`)
}

function main() {
  const args = argv.slice(2)
  if (args.length > 0) return runTool(root, 'vitest/vitest.mjs', ['run', ...args])
  const results = STEPS.map(runStep)
  summarize(results)
  return results.every(({ code }) => code === 0) ? 0 : 1
}

exit(main())
