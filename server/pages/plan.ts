/** What a run would change, or did: who leaves, who changes and how, who joins. */
import { html } from 'hono/html'
import type { ItemDocument, ResourceDocument } from '../../core/run/document.ts'
import { type Markup, number, plural, scrolling } from './markup.ts'
import { isBlank, valueText } from './values.ts'

/** Of each kind, before somebody asks for all. */
const SHOWN = 50

const KINDS = [
  { change: 'remove', sign: '−', words: 'removed from Vanta', id: 'removed' },
  { change: 'change', sign: '~', words: 'changed', id: 'changed' },
  { change: 'move', sign: '→', words: 'moved to another resource id', id: 'moved' },
  { change: 'add', sign: '+', words: 'added to Vanta', id: 'added' },
] as const

type Kind = (typeof KINDS)[number]

export interface PlanOptions {
  /** Values are hidden, so that only the names of fields tell. */
  readonly masked: boolean
  /** Unique on the page, for anchors. */
  readonly key: string
  readonly all: boolean
  /** The address of this page with every item. */
  readonly allAt: string
}

/** Removals come first: they are what somebody must look at. */
export function planItems(document: ResourceDocument, options: PlanOptions): Markup {
  const { items, changes = {} } = document
  if (items === undefined) return html`<p class="empty">This run kept no list of its changes.</p>`
  if (items.length === 0) return html`<p class="empty">Nothing changes: Vanta holds exactly this already.</p>`
  const counted = { remove: 'removed', change: 'changed', move: 'moved', add: 'added' } as const
  const groups = KINDS.map((kind) => {
    const listed = items.filter(({ change }) => change === kind.change)
    return group(kind, { listed, total: changes[counted[kind.change]] ?? listed.length, options })
  })
  const total = document.itemsTotal ?? items.length
  const cut =
    total > items.length
      ? html`<p class="note pad">The first ${number(items.length)} of ${number(total)} changes are kept with a run. <code>vanta-sync plan ${document.name} --items all</code> lists them all.</p>`
      : ''
  return html`${groups}${cut}`
}

interface Group {
  readonly listed: readonly ItemDocument[]
  readonly total: number
  readonly options: PlanOptions
}

function group(kind: Kind, { listed, total, options }: Group): Markup {
  if (total === 0) return ''
  const id = `${options.key}-${kind.id}`
  const shown = options.all ? listed : listed.slice(0, SHOWN)
  const more =
    listed.length > shown.length
      ? html`<p class="more"><a href="${options.allAt}#${id}">Show all ${number(listed.length)} that are kept</a></p>`
      : ''
  const title = `${plural(total, 'record')} ${kind.words}`
  return html`<details class="group" id="${id}" open><summary><span class="sign ${kind.change}" aria-hidden="true">${kind.sign}</span> ${title}</summary>
    ${shown.length === 0 ? html`<p class="note pad">None of them is among the changes that were kept.</p>` : kind.change === 'change' ? (options.masked ? fieldTable(title, shown) : changeTable(title, shown)) : idList(shown)}${more}</details>`
}

function idList(items: readonly ItemDocument[]): Markup {
  return html`<ul class="ids">${items.map(({ uniqueId }) => html`<li><code>${uniqueId}</code></li>`)}</ul>`
}

function fieldTable(title: string, items: readonly ItemDocument[]): Markup {
  return scrolling(
    title,
    html`<table class="changes masked">
      <thead><tr><th scope="col">record</th><th scope="col">fields that change</th></tr></thead>
      <tbody>${items.map(({ uniqueId, fields = [] }) => html`<tr><th scope="row"><code>${uniqueId}</code></th><td>${fields.map(({ name }) => name).join(', ')}</td></tr>`)}</tbody>
    </table>`,
  )
}

function changeTable(title: string, items: readonly ItemDocument[]): Markup {
  return scrolling(
    title,
    html`<table class="changes">
      <thead><tr><th scope="col">record</th><th scope="col">field</th><th scope="col">old value</th><th scope="col">new value</th></tr></thead>
      ${items.map(changeRows)}
    </table>`,
  )
}

function changeRows({ uniqueId, fields = [] }: ItemDocument): Markup {
  const [first, ...rest] = fields
  return html`<tbody><tr><th scope="row" rowspan="${Math.max(1, fields.length)}"><code>${uniqueId}</code></th>${first === undefined ? html`<td colspan="3"></td>` : fieldCells(first)}</tr>
    ${rest.map((field) => html`<tr>${fieldCells(field)}</tr>`)}</tbody>`
}

function fieldCells({ name, from, to }: NonNullable<ItemDocument['fields']>[number]): Markup {
  return html`<td>${name}</td><td>${value('del', from)}</td><td>${value('ins', to)}</td>`
}

function value(tag: 'del' | 'ins', of: unknown): Markup {
  const text = valueText(of)
  if (isBlank(of)) return html`<span class="soft">${text}</span>`
  return tag === 'del' ? html`<del>${text}</del>` : html`<ins>${text}</ins>`
}
