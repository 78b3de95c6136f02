import { toInstant } from '../../core/clock.ts'
import { EXIT, UsageError } from '../../core/errors.ts'
import type { ChainReport } from '../../core/history/check-chain.ts'
import { ACCESS } from '../../core/history/forget.ts'
import { type HistoryProof, verifyHistory } from '../../core/history/verify.ts'
import type { RunContext } from '../../core/run/context.ts'
import { scopeOf } from '../../core/run/target.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { createPaint, type Paint, table } from '../render/paint.ts'
import { withStateOnly } from '../state-only.ts'

/** Faults of one chain that a person reads. */
const SHOWN = 20

/** A chain by what it is of. */
interface NamedReport extends ChainReport {
  readonly resource: string
}

/** Exit code 0 when every chain holds and every head that was given is in one of them, else 1. */
export async function verifyCommand(io: Io, options: GlobalOptions, given: readonly string[]): Promise<number> {
  const heads = given.map(headOf)
  return withStateOnly(io, options, async (context) => {
    const proof = await verifyHistory(context.state, heads)
    const chains: NamedReport[] = []
    for (const report of proof.chains) chains.push({ ...report, resource: await nameOf(context, report.chain) })
    const exitCode = proof.holds ? EXIT.done : EXIT.no
    if (options.json) io.out(`${JSON.stringify(proofDocument(proof, chains, exitCode), null, 2)}\n`)
    else if (!options.quiet || exitCode !== 0) io.out(proofText(proof, chains, createPaint(io.colour)))
    return exitCode
  })
}

function headOf(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase()
  throw new UsageError('head', `--head takes the 64 hexadecimal digits of a head, not "${text}"`, {
    hint: 'The log line "history head" has it, and vanta-sync history --verify prints those of today.',
  })
}

/** Today's name of the resource, else the one that it had last. */
async function nameOf({ state, settings }: Pick<RunContext, 'state' | 'settings'>, chain: string): Promise<string> {
  if (chain === ACCESS) return 'personal data'
  const known = settings.resources.find((resource) => scopeOf(settings, resource) === chain)
  if (known !== undefined) return known.name
  try {
    const [last] = await state.history({ chain, kind: 'run', limit: 1 })
    const name = last?.facts['resource']
    return typeof name === 'string' ? name : chain
  } catch {
    // What cannot be read is among the faults.
    return chain
  }
}

function proofDocument({ holds, heads }: HistoryProof, chains: readonly NamedReport[], exitCode: number): object {
  return {
    command: 'history',
    exitCode,
    holds,
    entries: chains.reduce((sum, { entries }) => sum + entries, 0),
    chains: chains.map(({ from, faults, ...chain }) => ({
      ...chain,
      ...(from === undefined ? {} : { from: toInstant(from) }),
      faults: faults.map((fault) => ({ ...fault, at: toInstant(fault.at) })),
    })),
    heads,
  }
}

function proofText({ holds, heads }: HistoryProof, chains: readonly NamedReport[], paint: Paint): string {
  const lines = chains.length === 0 ? [] : chainTable(chains)
  for (const chain of chains) lines.push(...faultLines(chain, paint))
  for (const { head, found } of heads) if (!found) lines.push(`${paint('red', '!')} ${head} ${LOST_HEAD}`)
  const entries = chains.reduce((sum, chain) => sum + chain.entries, 0)
  const all = `${entries} ${entries === 1 ? 'entry' : 'entries'} in ${chains.length} ${chains.length === 1 ? 'chain' : 'chains'}`
  lines.push(
    holds ? `${paint('green', 'The history holds')}: ${all}.` : `${paint('red', 'The history does not hold')}: ${all}.`,
  )
  return `${lines.join('\n')}\n`
}

const LOST_HEAD =
  'is in no chain: what was written up to it was written anew or cut off, or is older than what retention keeps'

function chainTable(chains: readonly NamedReport[]): string[] {
  const rows = chains.map(({ resource, entries, from, head, removed }) => [
    resource,
    String(entries),
    from === undefined ? '' : toInstant(from),
    removed === undefined ? '' : `${removed.entries} until ${removed.until}`,
    head ?? '',
  ])
  return table([['CHAIN', 'ENTRIES', 'SINCE', 'REMOVED AS OLD', 'HEAD'], ...rows])
}

function faultLines({ resource, faults, faultsTotal }: NamedReport, paint: Paint): string[] {
  const lines = faults
    .slice(0, SHOWN)
    .map(
      ({ seq, at, kind, says }) =>
        `${paint('red', '!')} ${resource}, entry ${seq} of ${toInstant(at)}: ${kind}: ${says}`,
    )
  if (faultsTotal > lines.length) lines.push(`  … and ${faultsTotal - lines.length} more of ${resource}`)
  return lines
}
