#!/usr/bin/env node
// Asks the registry for known weaknesses of the production packages, and fails on those that are high or critical.
// `npm run audit`. Not every registry answers that (mirrors of companies often do not): then one line says so, and
// nothing fails, since no change of ours could mend it.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { exit, platform } from 'node:process'

const root = join(import.meta.dirname, '..')

/** Of a registry that does not know the question. */
const NO_ENDPOINT = new Set([400, 404, 405, 410, 501])
const FATAL = ['high', 'critical']

function npmAudit() {
  const { stdout, stderr, error } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
    cwd: root,
    encoding: 'utf8',
    shell: platform === 'win32',
    maxBuffer: 64_000_000,
  })
  if (error !== undefined) throw error
  return { answer: parsed(stdout), stderr }
}

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function judge({ answer, stderr }) {
  const counts = answer?.metadata?.vulnerabilities
  if (counts === undefined) return withoutAnswer(answer, stderr)
  const found = Object.values(answer.vulnerabilities ?? {}).filter(({ severity }) => FATAL.includes(severity))
  for (const { name, severity, range } of found) console.error(`audit: ${name} ${range} has a ${severity} weakness`)
  console.log(
    `audit: ${counts.total} known weaknesses in production packages, ${found.length} of them high or critical`,
  )
  return found.length === 0 ? 0 : 1
}

function withoutAnswer(answer, stderr) {
  const status = answer?.statusCode
  if (NO_ENDPOINT.has(status)) {
    const { host } = new URL(answer.uri)
    console.log(
      `audit: NOT AUDITED, since the registry ${host} has no audit endpoint (${status}); run it where one has`,
    )
    return 0
  }
  console.error(`audit: the registry gave no answer that can be read:\n${answer?.message ?? stderr}`)
  return 1
}

exit(judge(npmAudit()))
