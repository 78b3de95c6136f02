import { UsageError } from '../../core/errors.ts'
import type { ResourceSpec } from '../../core/resource.ts'
import type { ClearAsked } from '../../core/run/clear-hold.ts'
import type { RunContext } from '../../core/run/context.ts'
import type { RunDocument } from '../../core/run/document.ts'
import { maskRun } from '../../core/run/redact.ts'
import { run } from '../../core/run/run.ts'
import type { RunCommand } from '../../core/run/run-options.ts'
import { parseDuration } from '../../core/text/duration.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { listenTo } from '../listen.ts'
import { startedBy } from '../person.ts'
import { createPaint } from '../render/paint.ts'
import { type PlanFormat, planCsv, planMarkdown } from '../render/plan-table.ts'
import { runText } from '../render/run-text.ts'
import { tellEnd, tellStart } from '../tell.ts'
import { toolVersion } from '../version.ts'
import { chooseResources, withWorkplace } from '../workplace.ts'

/** Changes that a document lists; `--items all` lists every one. */
const ITEM_LIMIT = 1000

export interface RunFlags {
  readonly onlyIf?: string
  readonly wait: string
  readonly items?: string | boolean
}

export interface PlanFlags {
  readonly wait: string
  readonly format: PlanFormat
  readonly redact?: boolean
  readonly detailedExitcode?: boolean
  readonly items?: string | boolean
}

export async function runCommand(
  io: Io,
  options: GlobalOptions,
  { names, flags }: { names: readonly string[]; flags: RunFlags },
): Promise<number> {
  const document = await execute(io, options, {
    command: 'run',
    names,
    wait: flags.wait,
    ...(flags.items === undefined ? {} : { itemLimit: itemLimit(flags.items) }),
    ...(flags.onlyIf === undefined ? {} : { onlyIf: flags.onlyIf }),
  })
  show(io, options, document)
  return document.exitCode
}

export async function planCommand(
  io: Io,
  options: GlobalOptions,
  { names, flags }: { names: readonly string[]; flags: PlanFlags },
): Promise<number> {
  const redact = flags.redact ?? Boolean(io.env['CI'])
  const document = await execute(io, options, {
    command: 'plan',
    names,
    wait: flags.wait,
    itemLimit: itemLimit(flags.items),
    redact,
  })
  const changes = document.resources.some(({ changes: counts = {} }) =>
    ['added', 'changed', 'removed', 'moved'].some((name) => (counts[name] ?? 0) > 0),
  )
  const exitCode = flags.detailedExitcode === true && document.exitCode === 0 && changes ? 3 : document.exitCode
  if (flags.format === 'markdown') io.out(planMarkdown(document))
  else if (flags.format === 'csv') io.out(planCsv(document))
  else show(io, options, { ...document, exitCode })
  return exitCode
}

export function show(io: Io, options: GlobalOptions, document: RunDocument): void {
  if (options.json) io.out(`${JSON.stringify(document, null, 2)}\n`)
  else if (!options.quiet || document.exitCode !== 0) io.out(runText(document, createPaint(io.colour)))
}

function itemLimit(items: string | boolean | undefined): number {
  if (items === 'all') return Number.POSITIVE_INFINITY
  if (items === undefined || items === true || items === false) return ITEM_LIMIT
  throw new UsageError('items', `--items takes nothing or "all", not "${items}"`)
}

export interface Execution {
  readonly command: RunCommand
  readonly names: readonly string[]
  readonly wait: string
  /** Absent: the changes are kept for the history, and not listed. */
  readonly itemLimit?: number
  readonly onlyIf?: string
  readonly clear?: ClearAsked
  readonly redact?: boolean
}

export async function execute(io: Io, options: GlobalOptions, execution: Execution): Promise<RunDocument> {
  const waitMs = durationOf(execution.wait, '--wait')
  return withWorkplace(io, options, {
    emit: listenTo(io, options),
    async work(context) {
      for (const warning of context.settings.warnings) context.log.warn(warning)
      const resources = chooseResources(context.settings, execution.names)
      const document = await telling(context, execution.command, resources, () =>
        run({
          context,
          command: execution.command,
          resources,
          ...(execution.onlyIf === undefined ? {} : { onlyIf: execution.onlyIf }),
          ...(execution.clear === undefined ? {} : { clear: execution.clear }),
          waitMs,
          startedBy: startedBy(),
          toolVersion: toolVersion(),
          itemLimit: execution.itemLimit ?? ITEM_LIMIT,
        }),
      )
      const shown = execution.itemLimit === undefined ? withoutItems(document) : document
      return execution.redact === true ? maskRun(shown, (text) => context.state.digest(text)) : shown
    },
  })
}

/** Who must hear of a run does, also when it is cut short. A plan concerns nobody. */
async function telling(
  context: RunContext,
  command: RunCommand,
  resources: readonly ResourceSpec[],
  work: () => Promise<RunDocument>,
): Promise<RunDocument> {
  if (command === 'plan') return work()
  const names = resources.map(({ name }) => name)
  await tellStart(context, names)
  let document: RunDocument | undefined
  try {
    document = await work()
    return document
  } finally {
    await tellEnd(context, names, { ended: document?.resources ?? [], alarms: document !== undefined })
  }
}

function withoutItems(document: RunDocument): RunDocument {
  const resources = document.resources.map(({ items: _items, itemsTotal: _total, ...rest }) => rest)
  return { ...document, resources }
}

export function durationOf(text: string, flag: string): number {
  const ms = parseDuration(text)
  if (ms === undefined)
    throw new UsageError('duration', `${flag} takes a duration such as 30s, 5m or 2h, not "${text}"`)
  return ms
}
