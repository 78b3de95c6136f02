/** Code of a page that says which file it is: ` ```ts connectors/assets.ts `. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Texts by path. */
export function namedBlocks(page: string): ReadonlyMap<string, string> {
  const found = page.matchAll(/^```\w+ (\S+)\n(.*?)^```$/gms)
  return new Map([...found].map(([, path = '', text = '']) => [path, text]))
}

export async function writeNamedBlocks(page: string, folder: string): Promise<void> {
  for (const [path, text] of namedBlocks(page)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}
