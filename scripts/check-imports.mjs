#!/usr/bin/env node
// Proves that imports point one way and never in a circle, type imports included. `npm run imports`, and in `npm test`.
// The rules are in import-rules.mjs. An argument names another tree than this checkout.
import { existsSync, readFileSync } from 'node:fs'
import { join, posix, resolve } from 'node:path'
import { argv, exit } from 'node:process'
import { listSourceFiles } from './checkout.mjs'
import { judgeImport, roomOf } from './import-rules.mjs'
import { readImports } from './read-imports.mjs'

/** @returns {Map<string, { to: string, line: number }[]>} file → the files of ours that it imports, paths from `root` */
function readGraph(root) {
  const files = listSourceFiles(root).filter((file) => file.endsWith('.ts'))
  return new Map(files.map((file) => [file, readArrows(root, file)]))
}

function readArrows(root, file) {
  const arrows = []
  for (const { specifier, line } of readImports(readFileSync(join(root, file), 'utf8'))) {
    if (specifier.startsWith('.')) arrows.push({ to: posix.join(posix.dirname(file), specifier), line })
    // Our own name resolves to index.ts: a way around every rule, and a cycle.
    if (specifier === 'vanta-sync' || specifier.startsWith('vanta-sync/')) arrows.push({ to: 'index.ts', line })
  }
  return arrows
}

function findViolations(root, graph) {
  const violations = []
  for (const [file, arrows] of graph) {
    if (!roomOf(file)) violations.push(`${file}: belongs to no room; add its folder to scripts/import-rules.mjs`)
    for (const { to, line } of arrows) {
      const sentence = judgeImport(file, to) ?? missingTarget(root, to)
      if (sentence) violations.push(`${file}:${line}: ${sentence}`)
    }
  }
  return violations
}

function missingTarget(root, to) {
  if (existsSync(join(root, to)) && /\.[a-z]+$/.test(to)) return undefined
  return `${to} does not exist; a path ends with the file's own extension, .ts`
}

/** One shortest circle for each file that is the first, by name, on a circle no earlier one has shown. */
function findCycles(graph) {
  const cycles = []
  const shown = new Set()
  for (const file of graph.keys()) {
    const path = shown.has(file) ? undefined : shortestWayBack(graph, file)
    if (!path) continue
    for (const step of path) shown.add(step)
    cycles.push(
      `${path.join(' → ')} → ${file}: imports in a circle have no first module; move what both need to a file of its own`,
    )
  }
  return cycles
}

/** The files of a shortest circle through `start`, from `start` on; undefined when there is none. */
function shortestWayBack(graph, start) {
  const cameFrom = new Map([[start, undefined]])
  const queue = [start]
  for (const file of queue) {
    for (const { to } of graph.get(file) ?? []) {
      if (to === start) return wayTo(cameFrom, file)
      if (cameFrom.has(to)) continue
      cameFrom.set(to, file)
      queue.push(to)
    }
  }
  return undefined
}

function wayTo(cameFrom, end) {
  const way = []
  for (let step = end; step !== undefined; step = cameFrom.get(step)) way.unshift(step)
  return way
}

function main() {
  const root = resolve(argv[2] ?? join(import.meta.dirname, '..'))
  const graph = readGraph(root)
  if (graph.size === 0) {
    console.error(`imports: no source file in ${root}; nothing was checked`)
    return 1
  }
  const problems = [...findViolations(root, graph), ...findCycles(graph)]
  for (const problem of problems) console.error(problem)
  const arrows = [...graph.values()].reduce((sum, list) => sum + list.length, 0)
  const verdict = problems.length === 0 ? 'all point the right way, no cycles' : `${problems.length} wrong`
  console.log(`imports: ${graph.size} files, ${arrows} imports between them: ${verdict}`)
  return problems.length === 0 ? 0 : 1
}

exit(main())
