import type { Statement } from './database.ts'

/** To begin a sentence with: `people.sql line 2, column 8: `. Without an index only the name. */
export function sayPlace({ name, text }: Statement, index?: number): string {
  if (index === undefined || index < 0) return `${name}: `
  const before = text.slice(0, index)
  const line = before.split('\n').length
  return `${name} line ${line}, column ${index - before.lastIndexOf('\n')}: `
}

/** The one place where `part` stands in `text`; undefined when there is none, or are several. */
export function onlyIndexOf(part: string, text: string): number | undefined {
  const index = text.indexOf(part)
  return index === -1 || text.lastIndexOf(part) !== index ? undefined : index
}

/** The index of a character that a server counts as people do, from 0: one that takes two units is still one. */
export function indexOfCharacter(text: string, count: number): number {
  let index = 0
  let passed = 0
  for (const character of text) {
    if (passed === count) break
    passed++
    index += character.length
  }
  return index
}
