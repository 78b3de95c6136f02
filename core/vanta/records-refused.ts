/** Finds in the server's text which record and which field a refused PUT is about. */
import { serverText } from './answer-text.ts'
import { RecordsRefusedError, type RefusedRecord } from './outcome.ts'

/** @param raw the answer's body; `clean` the same as it may appear in messages */
export function recordsRefused(raw: string, clean: string): RecordsRefusedError {
  return new RecordsRefusedError(`Vanta refused the records (400): ${clean}.`, locate(serverText(raw), clean), {
    hint: 'Nothing was changed: one bad record refuses the whole push. Mend the record at its source, or its mapping.',
  })
}

function locate(text: string, clean: string): RefusedRecord | undefined {
  return locatePointer(text, clean) ?? locateElement(text, clean)
}

/** `/17/users/2: must have property 'username'`: a JSON pointer into the list, then the complaint. */
function locatePointer(text: string, clean: string): RefusedRecord | undefined {
  const match = /^(?:\/resources)?\/(\d+)((?:\/[^/:\s]+)*):? /.exec(text)
  if (match === null) return undefined
  const segments = (match[2] ?? '').split('/').slice(1).map(unescapeSegment)
  const missing = /must have property '([^']+)'/.exec(text)?.[1]
  const field = fieldPath(missing === undefined ? segments : [...segments, missing])
  const complaint = clean.replace(/^\S+ /, '')
  return { index: Number(match[1]), text: complaint, ...(field === '' ? {} : { field }) }
}

/** `Too many fields on resource with uniqueId X (element 0). Extra keys: A, B`. */
function locateElement(text: string, clean: string): RefusedRecord | undefined {
  // The last one: an id that is part of the text could hold the same words.
  const index = [...text.matchAll(/\(element (\d+)\)/g)].at(-1)?.[1]
  return index === undefined ? undefined : { index: Number(index), text: clean.replace(` (element ${index})`, '') }
}

/** Escapes of RFC 6901. */
function unescapeSegment(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~')
}

function fieldPath(segments: readonly string[]): string {
  let path = ''
  for (const segment of segments) {
    if (/^\d+$/.test(segment)) path += `[${segment}]`
    else path += path === '' ? segment : `.${segment}`
  }
  return path
}
