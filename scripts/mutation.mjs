#!/usr/bin/env node
// Do the tests of core/ notice a mistake? Plants mistakes, one at a time, and runs the tests that reach them: the share
// of those that some test notices is the score. `npm run mutation`, `npm run mutation -- --files core/plan,core/alarm
// --minutes 30 --survivors`.
//
// Stryker does the work, in a copy of the tree where it is installed for that alone: it brings 150 packages that nothing
// else needs. The copy is removed, unless MUTATION_FOLDER names one to keep and use again. Needs the registry.
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { argv, env, execPath, exit, platform } from 'node:process'
import { parseArgs } from 'node:util'

const root = join(import.meta.dirname, '..')

/** The last line that runs on Node 20. */
const STRYKER = ['@stryker-mutator/core@9.6.1', '@stryker-mutator/vitest-runner@9.6.1']
const AIM = 85
const FOLDERS = ['core/plan', 'core/schedule', 'core/alarm', 'core/state']
const REPORT = 'reports/mutation/mutation.json'

/** Tests of the core alone, without the build that others need. */
const VITEST = `import { defineConfig } from 'vitest/config'
export default defineConfig({ test: { include: ['test/core/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 } })
`

function run(command, args, cwd, timeout) {
  const shell = platform === 'win32' && command !== execPath
  return spawnSync(command, args, { cwd, encoding: 'utf8', shell, maxBuffer: 64_000_000, timeout })
}

function mustRun(command, args, cwd) {
  const { status, stderr } = run(command, args, cwd)
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stderr}`)
}

function copyTree(copy) {
  const { stdout } = run('git', ['ls-files', '-co', '--exclude-standard', '-z'], root)
  for (const file of stdout.split('\0').filter((name) => name !== '' && existsSync(join(root, name)))) {
    mkdirSync(dirname(join(copy, file)), { recursive: true })
    cpSync(join(root, file), join(copy, file))
  }
}

function install(copy) {
  if (existsSync(join(copy, 'node_modules', '@stryker-mutator', 'vitest-runner'))) return
  console.log(`mutation: installing ${STRYKER.join(' and ')} in ${copy}`)
  mustRun('npm', ['ci', '--ignore-scripts', '--prefer-offline'], copy)
  mustRun('npm', ['install', '--no-save', '--ignore-scripts', '--prefer-offline', ...STRYKER], copy)
}

function filesOf(chosen) {
  return chosen.flatMap((path) => {
    if (!existsSync(join(root, path))) throw new Error(`there is no ${path}`)
    if (!statSync(join(root, path)).isDirectory()) return [path]
    return readdirSync(join(root, path))
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${path}/${name}`)
  })
}

function configOf(file) {
  return {
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    vitest: { configFile: 'vitest.mutation.config.ts', related: true },
    mutate: [file],
    coverageAnalysis: 'perTest',
    concurrency: Math.max(1, availableParallelism() - 1),
    reporters: ['json'],
    // TypeScript 7 has no interface for programs; there is nothing to rewrite in its configuration.
    tsconfigFile: 'none.json',
    tempDirName: '.stryker-tmp',
    timeoutMS: 20_000,
  }
}

/** What became of each mutant of one file; undefined when there is none, its tests fail without one, or time is up. */
function mutate(copy, file, end) {
  rmSync(join(copy, REPORT), { force: true })
  writeFileSync(join(copy, 'stryker.config.json'), JSON.stringify(configOf(file)))
  const stryker = join(copy, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js')
  const { stdout, stderr, error } = run(execPath, [stryker, 'run'], copy, Math.max(1000, end - Date.now()))
  if (error !== undefined) return undefined
  if (!existsSync(join(copy, REPORT))) {
    if (!/No tests were found|no mutants/i.test(stdout))
      console.error(`mutation: ${file} could not be judged:\n${stdout}${stderr}`)
    return undefined
  }
  const [{ mutants, source }] = Object.values(JSON.parse(readFileSync(join(copy, REPORT), 'utf8')).files)
  return { mutants, lines: source.split('\n') }
}

function countOf(mutants) {
  const noticed = mutants.filter(({ status }) => status === 'Killed' || status === 'Timeout').length
  const missed = mutants.filter(({ status }) => status === 'Survived' || status === 'NoCoverage').length
  return { noticed, all: noticed + missed }
}

function line(name, { noticed, all }) {
  const score = all === 0 ? '   –  ' : `${((100 * noticed) / all).toFixed(1).padStart(5)} %`
  return `${score}  ${String(noticed).padStart(4)} of ${String(all).padStart(4)}  ${name}`
}

function saySurvivors(file, { mutants, lines }) {
  for (const { status, location, replacement, mutatorName } of mutants) {
    if (status !== 'Survived' && status !== 'NoCoverage') continue
    const { line: at } = location.start
    console.log(`          ${file}:${at} ${mutatorName}: ${lines[at - 1].trim()}  →  ${replacement}`)
  }
}

function judgeAll(copy, files, { minutes, survivors }) {
  const end = Date.now() + minutes * 60_000
  const total = { noticed: 0, all: 0 }
  let judged = 0
  for (const file of files) {
    if (Date.now() > end) break
    const found = mutate(copy, file, end)
    if (found === undefined) continue
    judged += 1
    const count = countOf(found.mutants)
    total.noticed += count.noticed
    total.all += count.all
    console.log(line(file, count))
    if (survivors) saySurvivors(file, found)
  }
  console.log(line(`in all, ${judged} of ${files.length} files (aim: ${AIM} %)`, total))
  return total.all > 0 && (100 * total.noticed) / total.all >= AIM
}

function main() {
  const { values } = parseArgs({
    args: argv.slice(2),
    options: {
      files: { type: 'string', default: FOLDERS.join(',') },
      minutes: { type: 'string', default: '240' },
      survivors: { type: 'boolean', default: false },
    },
  })
  const files = filesOf(values.files.split(','))
  const kept = env['MUTATION_FOLDER']
  const copy = kept ?? mkdtempSync(join(tmpdir(), 'vanta-sync-mutation-'))
  try {
    mkdirSync(copy, { recursive: true })
    copyTree(copy)
    writeFileSync(join(copy, 'vitest.mutation.config.ts'), VITEST)
    install(copy)
    return judgeAll(copy, files, { minutes: Number(values.minutes), survivors: values.survivors }) ? 0 : 1
  } finally {
    if (kept === undefined) rmSync(copy, { recursive: true, force: true })
  }
}

exit(main())
