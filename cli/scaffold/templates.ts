import { readFile } from 'node:fs/promises'

/** What stands for a `__WORD__` of the templates. */
export interface Words {
  readonly NAME: string
  /** As the configuration would name the module. */
  readonly USE: string
  /** Of the token, in the environment. */
  readonly VARIABLE: string
  /** The command that tests it. */
  readonly TEST: string
}

const TEMPLATES = [
  { template: 'module', fileOf: (name: string) => `${name}.ts` },
  { template: 'fixture', fileOf: (name: string) => `${name}.fixture.ts` },
  { template: 'test', fileOf: (name: string) => `${name}.test.ts` },
  { template: 'readme', fileOf: (name: string) => `${name}.md` },
] as const

/** Names of the files that a connector has, the module first. */
export function filesOf(name: string): readonly string[] {
  return TEMPLATES.map(({ fileOf }) => fileOf(name))
}

/** Their texts, in the same order. */
export async function fillTemplates(words: Words): Promise<readonly string[]> {
  return Promise.all(TEMPLATES.map(async ({ template }) => fill(await readTemplate(template), words)))
}

async function readTemplate(name: string): Promise<string> {
  return readFile(new URL(`./templates/${name}.template`, import.meta.url), 'utf8')
}

function fill(text: string, words: Words): string {
  return text.replaceAll(/__([A-Z]+)__/g, (_, word: string) => words[word as keyof Words])
}
