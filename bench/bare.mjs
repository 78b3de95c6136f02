// What one would write by hand: parse, build the records, mint, PUT, GET. No plan, no guard, no state, no proof that the
// file is whole, no check of a record. The measure for what all of that costs.
import { readFileSync } from 'node:fs'
import { argv, env } from 'node:process'
import { parse } from 'csv-parse/sync'

const [, , path, baseUrl, resourceId] = argv
const LEVELS = { Admin: 'ADMIN', User: 'BASE' }

function recordOf(row) {
  const [day, month, year] = row.hired.split('/')
  const name = `${row.first_name} ${row.last_name}`
  return {
    uniqueId: row.employee_id,
    externalUrl: `https://hr.example.com/people/${row.employee_id}`,
    fullName: name,
    displayName: name,
    accountName: row.login,
    email: row.email,
    permissionLevel: LEVELS[row.role],
    createdTimestamp: `${year}-${month}-${day}T00:00:00Z`,
    status: row.status,
    authMethod: 'SSO',
    mfaEnabled: null,
    mfaMethods: [],
  }
}

async function send(url, init) {
  const response = await fetch(url, init)
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`)
  return response.json()
}

const resources = parse(readFileSync(path), { columns: true, bom: true }).map(recordOf)
const { access_token: token } = await send(`${baseUrl}/oauth/token`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    client_id: env.VANTA_CLIENT_ID,
    client_secret: env.VANTA_CLIENT_SECRET,
    grant_type: 'client_credentials',
    scope: 'connectors.self:read-resource connectors.self:write-resource',
  }),
})
const authorization = `Bearer ${token}`
await send(`${baseUrl}/v1/resources/user_account`, {
  method: 'PUT',
  headers: { authorization, 'content-type': 'application/json' },
  body: JSON.stringify({ resourceId, resources }),
})
const held = await send(`${baseUrl}/v1/resources/user_account?resourceId=${resourceId}`, { headers: { authorization } })
const count = (held.resources ?? held).filter((row) => !row.deletedAt).length
if (count !== resources.length) throw new Error(`Vanta holds ${count} of ${resources.length}`)
