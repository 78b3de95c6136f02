// The export of a made-up HR system, and the configuration that pushes it.
import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { utimes } from 'node:fs/promises'

const HEADER = 'employee_id,first_name,last_name,login,email,role,hired,status,department\n'
const BATCH = 5000

export const RESOURCE_ID = '66f1c2a9e4b0a1d2c3e4f567'

/** The field values of one made-up person. */
export function person(number) {
  const id = `E-${String(number).padStart(7, '0')}`
  return {
    employee_id: id,
    first_name: `First${number % 997}`,
    last_name: `Last${number % 7919}`,
    login: `user${number}`,
    email: `user${number}@example.com`,
    role: number % 50 === 0 ? 'Admin' : 'User',
    hired: `${String((number % 28) + 1).padStart(2, '0')}/${String((number % 12) + 1).padStart(2, '0')}/2021`,
    status: number % 40 === 0 ? 'DEACTIVATED' : 'ACTIVE',
    department: `Department ${number % 40}`,
  }
}

/** Ids arrive in no order, as exports have them: 999,983 is a prime, so each number comes once. */
export function* shuffled(count) {
  for (let index = 0; index < count; index += 1) yield (index * 999_983) % count
}

export async function writePeople(path, count) {
  const file = createWriteStream(path)
  let text = HEADER
  let pending = 0
  for (const number of shuffled(count)) {
    text += `${Object.values(person(number)).join(',')}\n`
    pending += 1
    if (pending < BATCH) continue
    if (!file.write(text)) await once(file, 'drain')
    text = ''
    pending = 0
  }
  file.end(text)
  await once(file, 'close')
  // An export that was written just now is waited for.
  const restedSince = new Date(Date.now() - 60_000)
  await utimes(path, restedSince, restedSince)
}

export const PEOPLE_MAP = {
  uniqueId: '{{ employee_id }}',
  externalUrl: 'https://hr.example.com/people/{{ employee_id }}',
  fullName: '{{ first_name }} {{ last_name }}',
  displayName: '{{ first_name }} {{ last_name }}',
  accountName: '{{ login }}',
  email: '{{ email }}',
  permissionLevel: { from: 'role', values: { Admin: 'ADMIN', User: 'BASE' } },
  createdTimestamp: "{{ date(hired, 'dd/MM/yyyy') }}",
  status: '{{ status }}',
  authMethod: 'SSO',
  mfaEnabled: null,
  mfaMethods: [],
}

/** YAML is a superset of JSON. */
export function configText({ baseUrl, exportPath, statePath, resourceIds = [RESOURCE_ID] }) {
  return JSON.stringify({
    vanta: { baseUrl },
    applications: { people: { clientId: { env: 'VANTA_CLIENT_ID' }, clientSecret: { env: 'VANTA_CLIENT_SECRET' } } },
    connectors: { export: { use: 'csv', with: { path: exportPath } } },
    resources: {
      accounts: {
        type: 'user_account',
        resourceId: resourceIds.length === 1 ? resourceIds[0] : resourceIds,
        from: [{ connector: 'export', map: PEOPLE_MAP }],
      },
    },
    state: { path: statePath },
  })
}
