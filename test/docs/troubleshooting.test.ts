import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SOURCE_TROUBLES } from '../../core/health/source-trouble.ts'
import { VANTA_TROUBLES } from '../../core/health/vanta-trouble.ts'
import { readText, ROOT } from './pages.ts'

function sourcesBelow(room: string): string[] {
  const files = readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
  return files.filter((file) => file.endsWith('.ts')).map((file) => readText(join(room, file)))
}

const PAGE = readText('docs/troubleshooting.md')

describe('docs/troubleshooting.md', () => {
  it('has every code that means a broken connection', () => {
    const codes = [...VANTA_TROUBLES.keys(), ...SOURCE_TROUBLES.keys()]
    expect(codes.filter((code) => !PAGE.includes(`\`${code}\``))).toEqual([])
  })

  it('has no code that means nothing', () => {
    const rows = [...PAGE.matchAll(/^\| ((?:`[a-z0-9-]+`(?:, )?)+) \|/gm)].flatMap(([, cell = '']) => cell.split(', '))
    const codes = rows.map((code) => code.replaceAll('`', '')).filter((code) => code.includes('-'))
    expect(codes.length).toBeGreaterThan(50)
    const sources = ['core', 'connectors'].flatMap((room) => sourcesBelow(room)).join('\n')
    expect(codes.filter((code) => !sources.includes(`'${code}'`))).toEqual([])
  })

  it('tells nobody to delete an application', () => {
    expect(PAGE).toContain('Reconnect, never delete')
    expect(PAGE).not.toMatch(/delete the (old )?application/i)
  })
})
