// A program as the connector exec runs it: so many made-up people of 200 bytes each, as fast as they are taken.
import { once } from 'node:events'
import { argv, stdout } from 'node:process'

const rows = Number(argv[2])
const BATCH = 1000

function line(number) {
  const id = String(number).padStart(8, '0')
  const name = `"first_name":"First${number % 997}","last_name":"Last${number % 7919}"`
  const login = `"login":"user${id}","email":"user${id}@example.com"`
  const role = `"role":"${number % 50 === 0 ? 'Admin' : 'User'}","hired":"01/02/2021","status":"ACTIVE"`
  return `{"employee_id":"E-${id}",${name},${login},${role},"department":"Department ${10 + (number % 40)}"}\n`
}

for (let first = 0; first < rows; first += BATCH) {
  let text = ''
  for (let number = first; number < Math.min(rows, first + BATCH); number += 1) text += line(number)
  if (!stdout.write(text)) await once(stdout, 'drain')
}
stdout.write(`${JSON.stringify({ 'vanta-sync': { complete: true, rows } })}\n`)
