#!/usr/bin/env node
// How fast, and how big: `npm run bench`, or with a name one alone (`npm run bench -- push`).
// Measures dist, which `npm run bench` builds when it is stale.
import { argv, exit } from 'node:process'
import { benchExec } from './exec.mjs'
import { benchIdle } from './idle.mjs'
import { benchLdap } from './ldap.mjs'
import { benchMillion } from './million.mjs'
import { benchPush } from './push.mjs'

const BENCHES = { push: benchPush, million: benchMillion, ldap: benchLdap, exec: benchExec, idle: benchIdle }

const wanted = argv.slice(2)
const strange = wanted.find((name) => !Object.hasOwn(BENCHES, name))
if (strange !== undefined) {
  console.error(`bench: there is no "${strange}"; there are ${Object.keys(BENCHES).join(', ')}`)
  exit(64)
}
let met = true
for (const name of wanted.length === 0 ? Object.keys(BENCHES) : wanted) met = (await BENCHES[name]()) && met
if (!met) console.log('Not every aim was met.')
