/** All commands and flags. Each command's code is loaded when it is called. */
import { Command, CommanderError, Option } from 'commander'
import { EXIT, UsageError } from '../core/errors.ts'
import type { DecisionFlags } from './commands/approve.ts'
import type { ForgetFlags } from './commands/forget.ts'
import type { HistoryFlags } from './commands/history.ts'
import type { ClearFlags } from './commands/clear.ts'
import type { NewConnectorFlags } from './commands/new.ts'
import type { PauseFlags } from './commands/pause.ts'
import type { PreviewFlags } from './commands/preview.ts'
import type { PlanFlags, RunFlags } from './commands/run.ts'
import type { StartFlags } from './commands/start.ts'
import type { GlobalOptions, Io } from './io.ts'
import { toolVersion } from './version.ts'

const WAIT = ['--wait <duration>', 'how long to wait for the lease', '5m'] as const

/** Parses and runs; resolves to the exit code. @throws UsageError for what cannot be parsed; whatever the command throws */
export async function runProgram(argv: readonly string[], io: Io): Promise<number> {
  let exitCode: number = EXIT.done
  const program = new Command('vanta-sync')
  const options = (): GlobalOptions => {
    const { config, json, logLevel, quiet } = program.opts<{
      config?: string
      json?: boolean
      logLevel?: string
      quiet?: boolean
    }>()
    return {
      config: config ?? (io.env['VANTA_SYNC_CONFIG'] || 'vanta.config.yaml'),
      json: json === true,
      logLevel,
      quiet: quiet === true,
    }
  }
  const done = (code: number): void => {
    exitCode = code
  }

  program
    .description(
      'Keeps Vanta true: reads systems that Vanta has no connector for, plans before it pushes, refuses surprises.',
    )
    .version(toolVersion())
    .option('-c, --config <file>', 'default vanta.config.yaml, or VANTA_SYNC_CONFIG')
    .option('--json', 'one JSON document on standard output; logs go to standard error')
    .addOption(new Option('--log-level <level>').choices(['debug', 'info', 'warn', 'error']))
    .option('--quiet', 'print nothing when all went well')
    .option('--no-color', 'no colours (NO_COLOR does the same)')
    // A mistake is told once, by whoever calls us: as text, and as the document of --json.
    .configureOutput({ writeOut: io.out, writeErr: io.err, outputError: () => undefined })
    .exitOverride()

  program
    .command('validate')
    .description('check config, mappings and connector options, offline')
    .action(async () => done(await (await import('./commands/validate.ts')).validateCommand(io, options())))
  program
    .command('preview <resource>')
    .description('the first rows, and the records they become')
    .option('--rows <n>', 'how many rows of each source', '3')
    .option('--raw', 'the rows as they are')
    .action(async (name: string, flags: PreviewFlags) =>
      done(await (await import('./commands/preview.ts')).previewCommand(io, options(), { name, flags })),
    )
  program
    .command('plan [resources...]')
    .description('everything up to the guard; changes nothing')
    .option(...WAIT)
    .addOption(new Option('--format <format>').choices(['text', 'markdown', 'csv']).default('text'))
    .option('--redact', 'no ids and values (default when CI is set)')
    .option('--no-redact', 'show them all the same')
    .option('--items [all]', 'list every change')
    .option('--detailed-exitcode', 'exit 3 when there are changes')
    .action(async (names: string[], flags: PlanFlags) =>
      done(await (await import('./commands/run.ts')).planCommand(io, options(), { names, flags })),
    )
  program
    .command('run [resources...]')
    .description('one run now')
    .option('--only-if <hash>', 'push only a plan with this hash')
    .option('--items [all]', 'list the changes in the document')
    .option(...WAIT)
    .action(async (names: string[], flags: RunFlags) =>
      done(await (await import('./commands/run.ts')).runCommand(io, options(), { names, flags })),
    )
  for (const [name, description] of [
    ['approve', 'let exactly what was held through: reads again, then pushes'],
    ['reject', 'keep holding it, silently'],
  ] as const) {
    program
      .command(`${name} <hold>`)
      .description(`${description} (a hold's id, or a resource)`)
      .requiredOption('--reason <text>', 'why; an auditor will read it')
      .option('--by <name>', "default: the operating system's user")
      .option(...WAIT)
      .action(async (hold: string, flags: DecisionFlags) => {
        const commands = await import('./commands/approve.ts')
        done(
          await (name === 'approve' ? commands.approveCommand : commands.rejectCommand)(io, options(), { hold, flags }),
        )
      })
  }
  program
    .command('start')
    .description('the daemon: schedules, status page, health, metrics')
    .option('--grace <duration>', 'how long a push may go on after SIGTERM, before it is cut', '20s')
    .action(async (flags: StartFlags) =>
      done(await (await import('./commands/start.ts')).startCommand(io, options(), flags)),
    )
  program
    .command('pause <resource>')
    .description('leave it alone for a while: no run, no alarm')
    .requiredOption('--reason <text>', 'why; an auditor will read it')
    .option('--for <duration>', 'how long', '24h')
    .option('--by <name>', "default: the operating system's user")
    .action(async (name: string, flags: PauseFlags) =>
      done(await (await import('./commands/pause.ts')).pauseCommand(io, options(), { name, flags })),
    )
  program
    .command('resume <resource>')
    .description('end a pause')
    .requiredOption('--reason <text>', 'why; an auditor will read it')
    .option('--by <name>', "default: the operating system's user")
    .action(async (name: string, flags: Omit<PauseFlags, 'for'>) =>
      done(await (await import('./commands/pause.ts')).resumeCommand(io, options(), { name, flags })),
    )
  program
    .command('clear <resource>')
    .description('empty a set on purpose: reads no source, and is always held until it is approved')
    .requiredOption('--reason <text>', 'why; an auditor will read it')
    .option('--resource-id <id>', 'a set that an old resource id left behind, instead of its own')
    .option('--by <name>', "default: the operating system's user")
    .option(...WAIT)
    .action(async (name: string, flags: ClearFlags) =>
      done(await (await import('./commands/clear.ts')).clearCommand(io, options(), { name, flags })),
    )
  program
    .command('status')
    .description('what is: health by age, holds, records')
    .action(async () => done(await (await import('./commands/status.ts')).statusCommand(io, options())))
  const history = program
    .command('history [resource]')
    .description('what was: the runs, newest first; or the proof that nobody changed it; or all of it, for an auditor')
    .option('--limit <n>', 'how many', '20')
    .option('--verify', 'prove every chain of the history; exit 1 names what was changed, is missing or out of place')
    .addOption(
      new Option(
        '--head <hash>',
        'with --verify: a head that was noted elsewhere must be in it (repeatable)',
      ).argParser<readonly string[] | undefined>((hash, before) => [...(before ?? []), hash]),
    )
    .addOption(new Option('--format <format>', 'each resource of each run, whole').choices(['jsonl', 'csv']))
    .option('--since <date>', 'with --format: from this day or instant on')
    .option('--until <date>', 'with --format: up to this day, or before this instant')
    .action(async (name: string | undefined, flags: HistoryFlags) =>
      done(
        await (await import('./commands/history.ts')).historyCommand(io, options(), {
          flags,
          ...(name === undefined ? {} : { name }),
        }),
      ),
    )
  history
    .command('forget <id>')
    .description('erase one person, by uniqueId, from what is kept of runs; on record, without the name')
    .requiredOption('--reason <text>', 'why; an auditor will read it, so do not name the person')
    .option('--by <name>', "default: the operating system's user")
    .option('--wait <duration>', 'how long to wait for runs that go on', '5m')
    .action(async (id: string, flags: ForgetFlags) =>
      done(await (await import('./commands/forget.ts')).forgetCommand(io, options(), { id, flags })),
    )
  program
    .command('show <run>')
    .description('one run in full')
    .action(async (id: string) =>
      done(await (await import('./commands/history.ts')).showCommand(io, options(), { id })),
    )
  program
    .command('remote <resource>')
    .description('what Vanta holds')
    .option('--deleted', 'also what it marks deleted')
    .option(...WAIT)
    .action(async (name: string, flags: { deleted?: boolean; wait: string }) =>
      done(await (await import('./commands/remote.ts')).remoteCommand(io, options(), { name, flags })),
    )
  program
    .command('test [connector]')
    .description(
      'mapping tests, and conformance of connectors: a configured one, a module by its path, or all that have a fixture',
    )
    .action(async (name: string | undefined) =>
      done(await (await import('./commands/test.ts')).testCommand(io, options(), name === undefined ? {} : { name })),
    )
  program
    .command('notify')
    .description('those who are told of trouble')
    .command('test [notifier]')
    .description('send a test notice to each of them, or to one')
    .action(async (name: string | undefined) =>
      done(
        await (await import('./commands/notify.ts')).notifyTestCommand(
          io,
          options(),
          name === undefined ? {} : { name },
        ),
      ),
    )
  program
    .command('new')
    .description('write the beginning of something of your own')
    .command('connector <name>')
    .description('a connector module that works, with its fixture, test and page')
    .option('--dir <folder>', 'where to', './connectors')
    .action(async (name: string, flags: NewConnectorFlags) =>
      done(await (await import('./commands/new.ts')).newConnectorCommand(io, options(), { name, flags })),
    )
  program
    .command('schema [type]')
    .description('the resource types, or the fields of one')
    .action(async (name: string | undefined) =>
      done(
        await (await import('./commands/schema.ts')).schemaCommand(io, options(), name === undefined ? {} : { name }),
      ),
    )
  program
    .command('sandbox')
    .description('our local Vanta; prints the credentials it accepts')
    .option('--port <port>', '0: a free one', '8410')
    .action(async (flags: { port: string }) =>
      done(await (await import('./commands/sandbox.ts')).sandboxCommand(io, options(), flags)),
    )
  program
    .command('healthcheck')
    .description('is the process well')
    .option('--fresh', 'is every resource with maxAge fresh')
    .action(async (flags: { fresh?: boolean }) =>
      done(await (await import('./commands/status.ts')).healthcheckCommand(io, options(), flags)),
    )

  try {
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.done
      throw usageErrorOf(error)
    }
    throw error
  }
  return exitCode
}

function usageErrorOf({ code, message }: CommanderError): UsageError {
  const said = code === 'commander.help' ? 'No command was given' : message.replace(/^error: /, '')
  return new UsageError('usage', said, { hint: 'vanta-sync --help lists the commands.' })
}
