import type { html } from 'hono/html'

/** What `html` gives: text that is escaped already. */
export type Markup = ReturnType<typeof html>

/** `1 push`, `3 pushes`. */
export function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}
