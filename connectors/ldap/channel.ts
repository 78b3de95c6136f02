/**
 * Requests and answers over one connection. It never reconnects: a page cookie means something only to the connection
 * that it came from, and a silent reconnect would go on anonymously.
 */
import type { Socket } from 'node:net'
import { UnbindRequest } from 'ldapts'
import { RetryLaterError } from '../../core/errors.ts'
import { type HoldsBytes, readReferences } from './entry.ts'
import { disconnected, lostConnection, notLdap, silentServer } from './failure.ts'
import { createFramer, type Frame, NotLdap, openMessage } from './frames.ts'
import { createPending, type Operation, type Pending } from './operation.ts'
import { readResult } from './result.ts'

/** A message of ldapts. */
export interface Request {
  write(): Buffer
}

export interface Channel {
  /** Sends a request that `make` builds for the given message id. */
  start(make: (messageId: number) => Request, holdsBytes?: HoldsBytes): Operation
  /** Ends its use of the connection and hands it over, for StartTLS. */
  release(): Socket
  /** Says goodbye and closes; what is under way fails. */
  close(): void
}

export interface ChannelOptions {
  readonly socket: Socket
  /** Host and port, for messages. */
  readonly server: string
  /** How long the server may be silent while an answer is due. */
  readonly silenceMs: number
  readonly signal: AbortSignal
}

const TAG = { entry: 0x64, reference: 0x73 } as const
/** Of messages that answer nothing: the server is about to close. */
const NOTICE = 0
const NO_BYTES: HoldsBytes = () => false

export function createChannel(options: ChannelOptions): Channel {
  const { socket, server } = options
  const pending = new Map<number, Pending>()
  const link = watchSocket(options, { pending, receive: createReceiver(server, pending) })
  let lastId = 0
  return {
    start(make, holdsBytes = NO_BYTES) {
      link.throwIfFailed()
      const id = ++lastId
      const state = createPending(holdsBytes, (read) => {
        link.throwIfFailed()
        link.holdBack()
        return link.guard(read)
      })
      pending.set(id, state)
      socket.write(make(id).write())
      link.expectAnswer()
      return state.operation
    },
    release: link.release,
    close() {
      const goodbye = new UnbindRequest({ messageId: ++lastId }).write()
      link.end(new RetryLaterError('ldap-closed', `the connection to ${server} was closed`), () => {
        socket.write(goodbye)
        socket.destroySoon()
      })
    },
  }
}

/** Hands each message to the request that it answers. */
function createReceiver(server: string, pending: Map<number, Pending>): (frame: Frame) => void {
  return (frame) => {
    const { id, tag, start, end } = openMessage(frame)
    const content = { bytes: frame.bytes, text: frame.text, start, end }
    if (id === NOTICE) throw disconnected(server, readResult(content, end, frame.end))
    const state = pending.get(id)
    if (state === undefined) return
    if (tag === TAG.entry) state.keep(content)
    else if (tag === TAG.reference) state.refer(readReferences(content))
    else {
      pending.delete(id)
      state.end(readResult(content, end, frame.end))
    }
  }
}

/** The connection's health: what ends it, and when the server has to wait. */
interface Link {
  throwIfFailed(): void
  /** Something was asked, and the server's time to answer begins. */
  expectAnswer(): void
  /** The server waits when the reader is behind, unless the reader itself waits for another answer. */
  holdBack(): void
  /** Runs `work`; when that finds no LDAP in what came, the connection has failed. */
  guard<T>(work: () => T): T
  /** Fails whatever is under way, once, and then closes the socket as told. */
  end(error: Error, close: () => void): void
  release(): Socket
}

interface Answers {
  readonly pending: Map<number, Pending>
  receive(frame: Frame): void
}

function watchSocket({ socket, server, silenceMs, signal }: ChannelOptions, { pending, receive }: Answers): Link {
  const framer = createFramer(receive)
  let failure: Error | undefined
  const silence = setTimeout(() => {
    if (pending.size > 0 && !socket.isPaused()) fail(silentServer(server, silenceMs))
  }, silenceMs)

  function fail(error: Error): void {
    end(error, () => socket.destroy())
  }
  function end(error: Error, close: () => void): void {
    if (failure !== undefined) return
    failure = error
    release()
    close()
    for (const state of pending.values()) state.fail(error)
    pending.clear()
  }
  function guard<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      const fault = error instanceof NotLdap || error instanceof RangeError ? notLdap(server, error) : (error as Error)
      fail(fault)
      throw fault
    }
  }
  function onData(chunk: Buffer): void {
    silence.refresh()
    try {
      guard(() => framer.push(chunk))
    } catch {
      // Whoever waits for an answer has been told.
      return
    }
    for (const state of pending.values()) state.offer()
    holdBack()
  }
  function holdBack(): void {
    const [only, ...others] = pending.values()
    if (only?.isFull() === true && others.length === 0) socket.pause()
    else if (socket.isPaused()) {
      socket.resume()
      silence.refresh()
    }
  }
  function onError(error: Error): void {
    fail(lostConnection(error, server))
  }
  function onClose(): void {
    fail(lostConnection(undefined, server))
  }
  function onAbort(): void {
    fail(signal.reason as Error)
  }
  function release(): Socket {
    clearTimeout(silence)
    signal.removeEventListener('abort', onAbort)
    return socket.off('data', onData).off('error', onError).off('close', onClose).on('error', ignore)
  }
  socket.on('data', onData).on('error', onError).on('close', onClose)
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  return {
    throwIfFailed() {
      if (failure !== undefined) throw failure
    },
    expectAnswer() {
      silence.refresh()
      holdBack()
    },
    holdBack,
    guard,
    end,
    release,
  }
}

function ignore(): void {
  // Whoever needed the connection has been told.
}
