#!/usr/bin/env node
// How fast, and how big: `npm run bench`, or with `push` or `million` one of the two (`npm run bench -- push`).
// Measures dist, which `npm run bench` builds when it is stale.
import { argv, exit } from 'node:process'
import { benchMillion } from './million.mjs'
import { benchPush } from './push.mjs'

const BENCHES = { push: benchPush, million: benchMillion }

const wanted = argv.slice(2)
const strange = wanted.find((name) => !Object.hasOwn(BENCHES, name))
if (strange !== undefined) {
  console.error(`bench: there is no "${strange}"; there are ${Object.keys(BENCHES).join(' and ')}`)
  exit(64)
}
let met = true
for (const name of wanted.length === 0 ? Object.keys(BENCHES) : wanted) met = (await BENCHES[name]()) && met
if (!met) console.log('Not every aim was met.')
