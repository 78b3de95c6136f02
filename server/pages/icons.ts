/** Shapes that say the same as the colour beside them. */
import { raw } from 'hono/html'
import type { Markup } from './markup.ts'

const SHAPES = {
  check: '<circle cx="8" cy="8" r="6.5"/><path d="M5 8.2l2.1 2.1L11 6"/>',
  alert: '<path d="M8 2L14.5 13.5h-13z"/><path d="M8 6.5v3M8 11.5v.1"/>',
  stop: '<path d="M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3l-3.8-3.8V5.3z"/><path d="M5 8h6"/>',
  cross: '<circle cx="8" cy="8" r="6.5"/><path d="M5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6"/>',
  clock: '<circle cx="8" cy="8" r="6.5"/><path d="M8 4.5V8l2.5 1.7"/>',
  dashed: '<circle cx="8" cy="8" r="6.5" stroke-dasharray="2.6 2.5"/>',
  unplugged: '<path d="M6 5V2M10 5V2M4 5h8v2a4 4 0 0 1-8 0zM8 11v3M2 2l12 12"/>',
  pause: '<circle cx="8" cy="8" r="6.5"/><path d="M6.4 5.7v4.6M9.6 5.7v4.6"/>',
  play: '<circle cx="8" cy="8" r="6.5"/><path d="M6.7 5.3v5.4L11 8z"/>',
  skip: '<circle cx="8" cy="8" r="6.5"/><path d="M4.8 11.2l6.4-6.4"/>',
  search: '<circle cx="7" cy="7" r="5"/><path d="M10.7 10.7l3.6 3.6"/>',
  eye: '<path d="M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8z"/><circle cx="8" cy="8" r="1.8"/>',
  note: '<circle cx="8" cy="8" r="6.5"/><path d="M8 7.3v4M8 4.7v.1"/>',
} as const

export type IconName = keyof typeof SHAPES

/** For eyes only: words stand beside it. */
export function icon(name: IconName): Markup {
  return raw(`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">${SHAPES[name]}</svg>`)
}
