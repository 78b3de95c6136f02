import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** As package.json has it, which lies one level up from the sources and two from the build. */
export function toolVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      return (require(path) as { version: string }).version
    } catch {
      continue
    }
  }
  return 'unknown'
}
