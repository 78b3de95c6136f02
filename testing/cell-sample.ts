/** Values of rows that nobody but a row can know, to look for where they must not be. */
export interface CellSample {
  add(fields: object): void
  /** The first of them that stands in the text as a word of its own; undefined when none does. */
  foundIn(text: string): FoundCell | undefined
  /** Forgets those that stand in this text, such as the options: then it need not be a row that said it. */
  except(text: string): CellSample
}

export interface FoundCell {
  /** The column. */
  readonly name: string
}

/** Enough to find a habit, and little for a source of millions. */
const MOST_ROWS = 2000
/** Shorter text is as likely a word of the message. */
const LEAST_LENGTH = 5

export function createCellSample(): CellSample {
  const names = new Map<string, string>()
  const often = new Set<string>()
  let rows = 0
  return sampleOf(names, (fields) => {
    if (++rows > MOST_ROWS) return
    for (const [text, name] of textsOf(fields)) {
      if (often.has(text)) continue
      if (!names.has(text)) names.set(text, name)
      else {
        // What several rows say is a word like "Berlin" or "employee", and may be in a message by chance.
        names.delete(text)
        often.add(text)
      }
    }
  })
}

function sampleOf(names: ReadonlyMap<string, string>, add: (fields: object) => void): CellSample {
  return {
    add,
    foundIn(text) {
      for (const [cell, name] of names) if (standsIn(text, cell)) return { name }
      return undefined
    },
    except: (known) => sampleOf(new Map([...names].filter(([cell]) => !known.includes(cell))), add),
  }
}

/** Distinctive texts of one row, each once, and the column of each. */
function textsOf(fields: object): ReadonlyMap<string, string> {
  const texts = new Map<string, string>()
  for (const [name, value] of Object.entries(fields)) {
    for (const text of leavesOf(value)) if (isDistinctive(text)) texts.set(text, name)
  }
  return texts
}

function leavesOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value.trim()]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(leavesOf)
}

function isDistinctive(text: string): boolean {
  return text.length >= LEAST_LENGTH && /\p{L}/u.test(text)
}

function standsIn(text: string, cell: string): boolean {
  for (let at = text.indexOf(cell); at !== -1; at = text.indexOf(cell, at + 1)) {
    const around = `${text[at - 1] ?? ' '}${text[at + cell.length] ?? ' '}`
    if (!/[\p{L}\p{N}]/u.test(around)) return true
  }
  return false
}
