import { ConfigError, UsageError } from '../../core/errors.ts'
import type { SandboxOptions } from '../../sandbox/options.ts'
import { type Sandbox, startSandbox } from '../../sandbox/start.ts'
import type { GlobalOptions, Io } from '../io.ts'

/** Runs our local Vanta until it is told to stop; prints what it accepts. */
export async function sandboxCommand(io: Io, options: GlobalOptions, { port }: { port: string }): Promise<number> {
  const number = Number(port)
  if (!/^\d{1,5}$/.test(port) || number > 65_535)
    throw new UsageError('port', `--port takes a number from 0 to 65535, not "${port}"`)
  const { VANTA_SANDBOX_CLIENT_ID: clientId, VANTA_SANDBOX_CLIENT_SECRET: clientSecret } = io.env
  const sandbox = await startOn(number, {
    applications: [{ ...(clientId ? { clientId } : {}), ...(clientSecret ? { clientSecret } : {}) }],
    onRequest: (entry) => {
      if (!options.quiet) io.err(`${entry.method} ${entry.path} ${entry.status ?? 'no answer'}\n`)
    },
  })
  const { clientId: id, clientSecret: secret } = sandbox.credentials
  if (options.json)
    io.out(
      `${JSON.stringify({ command: 'sandbox', exitCode: 0, url: sandbox.url, clientId: id, clientSecret: secret })}\n`,
    )
  else
    io.out(
      `A local Vanta listens on ${sandbox.url} (open it in a browser to see what it holds). For the shell:\n\nexport VANTA_BASE_URL=${sandbox.url}\nexport VANTA_CLIENT_ID=${id}\nexport VANTA_CLIENT_SECRET=${secret}\n\nCtrl-C ends it; what it holds is gone then.\n`,
    )
  await new Promise<void>((resolve) => {
    if (io.signal.aborted) resolve()
    else io.signal.addEventListener('abort', () => resolve(), { once: true })
  })
  await sandbox.stop()
  return 0
}

/** @throws ConfigError when something else has the port */
async function startOn(port: number, options: Omit<SandboxOptions, 'port'>): Promise<Sandbox> {
  try {
    return await startSandbox({ ...options, port })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error
    throw new ConfigError('cannot-listen', `Port ${port} cannot be listened on (${code})`, {
      hint: 'Another sandbox may run already. --port N takes another port, --port 0 any that is free.',
    })
  }
}
