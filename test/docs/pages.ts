/** The documents as their readers see them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** The text of the fenced blocks in a language, in order. */
export function codeBlocks(page: string, language: string): string[] {
  const found = page.matchAll(/^```(\w*)[^\n]*\n(.*?)^```$/gms)
  return [...found].filter(([, written]) => written === language).map(([, , text = '']) => text)
}

/** From a heading to the next one of its rank. */
export function section(page: string, heading: string): string {
  const [, rest] = page.split(`\n## ${heading}\n`)
  if (rest === undefined) throw new Error(`There is no heading "${heading}"`)
  return rest.split('\n## ')[0] ?? ''
}

/** The cells of a section's table rows, without head and rule. */
export function tableRows(text: string): string[][] {
  const lines = text.split('\n').filter((line) => line.startsWith('| '))
  return lines.map((line) => line.slice(2, -2).split(/(?<!\\) \| ?/)).slice(1)
}
