import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, inject, test } from 'vitest'
import { runProgram } from '../../support/run-program.ts'

/** Makes Node find none of the drivers, as where they are not installed. */
const HIDE = `import { register } from 'node:module'
register('data:text/javascript,' + encodeURIComponent(\`export async function resolve(name, context, next) {
  if (!['pg', 'pg-query-stream', 'mysql2', 'mssql'].includes(name)) return next(name, context)
  throw Object.assign(new Error('hidden'), { code: 'ERR_MODULE_NOT_FOUND' })
}\`))`

const CHECK = `import { BUILT_IN } from './dist/connectors/registry.js'
const options = { kind: process.argv[1], host: 'localhost', database: 'hr', user: 'reader', tls: 'off', query: 'select 1 as id' }
const context = { options: { ...options, parameters: [], connectTimeout: '5s', fetchSize: 1 }, zone: 'UTC', signal: new AbortController().signal }
const sql = await BUILT_IN.sql()
await sql.check(context).catch(({ code, message, hint }) => console.log(code + ' | ' + message + ' | ' + hint))`

beforeAll(() => {
  const fault = inject('buildFault')
  if (fault !== '') throw new Error(fault)
})

test.each([
  ['postgres', 'npm install pg@8 pg-query-stream@4'],
  ['mysql', 'npm install mysql2@3'],
  ['mssql', 'npm install mssql@12'],
])('sql with %s says how to install its driver where it is missing', async (kind, command) => {
  const hook = `data:text/javascript,${encodeURIComponent(HIDE)}`
  const { stdout } = await runProgram(execPath, ['--import', hook, '--input-type=module', '--eval', CHECK, kind], {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
  })
  expect(stdout).toMatch(/^driver-missing \| use: sql with .* needs /)
  expect(stdout).toContain(command)
})
