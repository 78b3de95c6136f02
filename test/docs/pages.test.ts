/** The documents name what exists. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configSchema } from '../../config/schema.ts'
import type { SchemaNode } from '../../config/schema-node.ts'
import { codeBlocks, readText, ROOT, section, tableRows } from './pages.ts'

const PAGES = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'docs/architecture.md',
  'docs/configuration.md',
  'docs/connectors.md',
  'docs/daemon.md',
  'docs/departures.md',
  'docs/docker.md',
  'docs/file-sources.md',
  'docs/history.md',
  'docs/mapping-tests.md',
  'docs/notifications.md',
  'docs/security.md',
  'docs/status-page.md',
  'docs/testing-connectors.md',
  'docs/troubleshooting.md',
  'docs/write-a-connector.md',
]
const ROOMS = 'cli|config|connectors|core|daemon|docs|notify|sandbox|schemas|scripts|server|test|testing'

describe.each(PAGES)('%s', (page) => {
  it('links to files and headings that are there', () => {
    const links = [...readText(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)]
    const broken = links.filter(([, path = '', heading]) => {
      const target = path === '' ? page : join(dirname(page), path)
      return !existsSync(join(ROOT, target)) || (heading !== undefined && !headings(target).includes(heading))
    })
    expect(broken.map(([link]) => link)).toEqual([])
  })

  it('names files that are there', () => {
    const named = [
      ...readText(page).matchAll(new RegExp(`(?<![\\w./-])(?:${ROOMS})/[\\w./-]+\\.(?:ts|mjs|md|sh)`, 'g')),
    ]
    const ofUsers = /^connectors\/(?:assets|keycards|people-x)(?:\.fixture|\.test)?\.ts$/
    const missing = named.map(([path]) => path).filter((path) => !ofUsers.test(path) && !existsSync(join(ROOT, path)))
    expect(missing).toEqual([])
  })
})

function headings(path: string): string[] {
  const lines = [...readText(path).matchAll(/^#+ (.*)$/gm)].map(([, text = '']) => text)
  return lines.map((text) =>
    text
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  )
}

describe('docs/architecture.md', () => {
  it('names functions that their files export', () => {
    const [tree = ''] = codeBlocks(section(readText('docs/architecture.md'), 'A run'), '')
    const named = [...tree.matchAll(/([a-z]\w+(?:, \w+)*) +(core\/\S+\.ts)/g)]
    expect(named.length).toBeGreaterThan(10)
    for (const [, functions = '', file = ''] of named) {
      for (const name of functions.split(', '))
        expect(readText(file), `${name} in ${file}`).toMatch(new RegExp(`export (async )?function\\*? ${name}\\b`))
    }
  })
})

describe('docs/configuration.md', () => {
  it('has a row for every key of the config, with its default', () => {
    expect(rowsOf(readText('docs/configuration.md'))).toEqual(keysOf(configSchema))
  })
})

function rowsOf(page: string): Record<string, string> {
  const rows = tableRows(`| head | |\n${page}`).filter(
    ([key = '', , what]) => what !== undefined && /^`[a-z]/i.test(key),
  )
  return Object.fromEntries(rows.map(([key = '', value = '']) => [key.replaceAll('`', ''), value.trim()]))
}

type AnyNode = Pick<SchemaNode, 'default' | 'dataKeys'> & {
  readonly properties?: Readonly<Record<string, unknown>>
  readonly required?: readonly string[]
  readonly additionalProperties?: unknown
  readonly items?: unknown
}

/** What stands under `defaults` is described once, under the resources. */
function keysOf(node: AnyNode, path = ''): Record<string, string> {
  const keys: Record<string, string> = {}
  for (const [name, value] of Object.entries(node.properties ?? {})) {
    const child = value as AnyNode
    const own = path === '' ? name : `${path}.${name}`
    keys[own] = node.required?.includes(name) ? 'required' : said(child.default)
    if (own === 'defaults') continue
    Object.assign(keys, keysOf(child, own), child.dataKeys ? {} : keysBelow(child.additionalProperties, `${own}.NAME`))
    Object.assign(keys, keysBelow(child.items, `${own}[]`))
  }
  return keys
}

function keysBelow(node: unknown, path: string): Record<string, string> {
  return typeof node === 'object' && node !== null ? keysOf(node, path) : {}
}

function said(value: unknown): string {
  if (value === undefined) return ''
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  return values.map((each) => `\`${typeof each === 'string' ? each : JSON.stringify(each)}\``).join(', ')
}
