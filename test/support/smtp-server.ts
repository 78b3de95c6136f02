/** A mail server that keeps what it is sent, and can be told to refuse. */
import { createServer as createNetServer, type Socket } from 'node:net'
import { createServer as createTlsServer, TLSSocket } from 'node:tls'
import { listen, type LoopbackServer } from './loopback.ts'

export interface SmtpOptions {
  /** For STARTTLS, or with `fromStart` for TLS from the start. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly fromStart?: true }
  /** The only login that it takes; without it it wants none. */
  readonly login?: { readonly user: string; readonly password: string }
  /** Answers by a command or its first word, in the place of its own: `{ RCPT: '550 no such user' }`. */
  readonly answers?: Readonly<Record<string, string>>
  /** Takes the connection and never says anything. */
  readonly silent?: true
}

export interface SmtpMessage {
  readonly from: string
  readonly to: readonly string[]
  /** Headers and body as they came. */
  readonly text: string
  readonly encrypted: boolean
  readonly user?: string
}

export interface SmtpServer extends LoopbackServer {
  readonly messages: readonly SmtpMessage[]
  /** First words of commands, in order; `AUTH` never with what follows. */
  readonly commands: readonly string[]
}

/** Listens on all addresses of loopback, so that 0.0.0.0 leads to it, too. */
export async function listenSmtp(options: SmtpOptions = {}): Promise<SmtpServer> {
  const messages: SmtpMessage[] = []
  const commands: string[] = []
  const talk = (socket: Socket): void => {
    if (options.silent === true) return void socket.on('error', () => socket.destroy())
    converse({ socket, options, messages, commands, encrypted: options.tls?.fromStart === true })
  }
  const { tls } = options
  const server = tls?.fromStart === true ? createTlsServer(tls) : createNetServer(talk)
  if (tls?.fromStart === true) server.on('secureConnection', talk)
  return { ...(await listen(server)), messages, commands }
}

interface Talk {
  readonly socket: Socket
  readonly options: SmtpOptions
  readonly messages: SmtpMessage[]
  readonly commands: string[]
  readonly encrypted: boolean
  /** After STARTTLS nothing is greeted again. */
  readonly greeted?: true
}

function converse(talk: Talk): void {
  const { socket, options, messages, commands, encrypted } = talk
  let buffer = ''
  let from = ''
  let to: string[] = []
  let user: string | undefined
  let inData = false

  const say = (line: string): void => void socket.write(`${line}\r\n`)

  function takeMessage(text: string): void {
    inData = false
    const answer = options.answers?.['MESSAGE']
    if (answer !== undefined) return say(answer)
    messages.push({ from, to, text, encrypted, ...(user === undefined ? {} : { user }) })
    say('250 kept')
  }

  function onLine(line: string): void {
    const [word = '', ...rest] = line.split(' ')
    const command = word.toUpperCase()
    commands.push(command)
    const answer = options.answers?.[line] ?? options.answers?.[command]
    if (answer !== undefined) return say(answer)
    if (command === 'EHLO') return say(greeting(options, encrypted))
    if (command === 'STARTTLS' && options.tls !== undefined) return upgrade()
    if (command === 'AUTH') return login(rest)
    if (command === 'QUIT') return void socket.end('221 bye\r\n')
    if (command === 'MAIL') {
      if (options.login !== undefined && user === undefined) return say('530 log in first')
      from = addressIn(line)
      to = []
      return say('250 ok')
    }
    if (command === 'RCPT') {
      to.push(addressIn(line))
      return say('250 ok')
    }
    if (command === 'DATA') {
      inData = true
      return say('354 go on')
    }
    say('502 unknown')
  }

  function login([mechanism = '', first = '']: readonly string[]): void {
    const [, name = '', password = ''] = Buffer.from(first, 'base64').toString('utf8').split('\0')
    const isKnown = mechanism === 'PLAIN' && name === options.login?.user && password === options.login.password
    if (isKnown) user = name
    say(isKnown ? '235 welcome' : '535 5.7.8 wrong user or password for ada@example.com')
  }

  function upgrade(): void {
    say('220 go on')
    socket.removeAllListeners('data')
    const secure = new TLSSocket(socket, { isServer: true, ...options.tls })
    converse({ ...talk, socket: secure, encrypted: true, greeted: true })
  }

  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: Buffer) => {
    buffer += chunk.toString('latin1')
    for (;;) {
      const end = inData ? buffer.indexOf('\r\n.\r\n') : buffer.indexOf('\r\n')
      if (end === -1) return
      const part = buffer.slice(0, end)
      buffer = buffer.slice(end + (inData ? 5 : 2))
      if (inData) takeMessage(part)
      else onLine(part)
    }
  })
  if (talk.greeted !== true) say('220 ready')
}

function greeting({ tls, login }: SmtpOptions, encrypted: boolean): string {
  const offers = [
    ...(tls !== undefined && !encrypted ? ['STARTTLS'] : []),
    ...(login === undefined ? [] : ['AUTH PLAIN']),
  ]
  return ['mail.example.com', ...offers]
    .map((line, index) => `250${index === offers.length ? ' ' : '-'}${line}`)
    .join('\r\n')
}

function addressIn(line: string): string {
  return /<([^>]*)>/.exec(line)?.[1] ?? ''
}
