/** Exports for the fixtures of this folder, as wide as an HR system writes them. */

export const TRAILER = { prefix: 'TRAILER', column: 2 } as const

/** @param count what a trailer says; without it there is none */
export function exportOf(rows: number, count?: number): string {
  const lines = Array.from({ length: rows }, (_, index) => {
    const number = index + 1
    return `E-${number},Person ${number},person${number}@example.com,Department ${number % 7}`
  })
  const trailer = count === undefined ? [] : [`TRAILER,${count}`]
  return `${['id,name,email,department', ...lines, ...trailer].join('\n')}\n`
}
