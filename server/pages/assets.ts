/** What stands beside the pages: the look, the script, the icon. Read once, when the pages are made. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Hono } from 'hono'

const FILES = {
  'style.css': 'text/css; charset=utf-8',
  'live.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const

export interface Assets {
  /** Changes with their content; goes behind each address. */
  readonly stamp: string
  readonly app: Hono
}

/** @throws when a file is missing: then the installation is broken */
export function loadAssets(): Assets {
  const hash = createHash('sha256')
  const app = new Hono()
  for (const [name, type] of Object.entries(FILES)) {
    const text = readFileSync(new URL(`./assets/${name}`, import.meta.url), 'utf8')
    hash.update(text)
    app.get(`/assets/${name}`, (c) =>
      c.body(text, 200, { 'content-type': type, 'cache-control': 'public, max-age=31536000, immutable' }),
    )
  }
  return { stamp: hash.digest('hex').slice(0, 12), app }
}
