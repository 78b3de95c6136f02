// Writes schemas/vanta.config.schema.json from the description in config/. Needs a build (`npm run build`).
import { writeFile } from 'node:fs/promises'
import { publishedSchema } from '../dist/config/publish.js'

const target = new URL('../schemas/vanta.config.schema.json', import.meta.url)
await writeFile(target, `${JSON.stringify(publishedSchema(), null, 2)}\n`)
console.log('schemas/vanta.config.schema.json is written.')
