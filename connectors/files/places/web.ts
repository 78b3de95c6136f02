/** Files that a web server hands out. */
import { MINUTE } from '../../../core/clock.ts'
import type { CheckContext } from '../../../core/connector.ts'
import { isSyncError, OperatorError, RetryLaterError } from '../../../core/errors.ts'
import { type HttpAnswer, type HttpRequest, send } from '../../network/http.ts'
import { type HttpContext, trustingContext } from '../../network/http-context.ts'
import { isHtml, isLoginPage } from '../../network/server-text.ts'
import { sayUrl } from '../../network/url.ts'
import type { FileOptions } from '../options.ts'
import type { Fingerprint, OpenFile, Place } from './place.ts'
import { createDigestCheck } from './web-digest.ts'
import { besideUrl, nameInUrl, parseWebUrl } from './web-url.ts'
import { authorize, type Authorized } from './web-login.ts'
import { hasMarkedEnd, printOf } from './web-print.ts'

/** What a server may answer to HEAD that serves the file all the same when it is asked with GET. */
const NO_HEAD = [400, 401, 403, 404, 405, 406, 410, 500, 501]

/**
 * @param location of the file; other paths of this place must lie on the same server
 * @throws ConfigError when the location or the options cannot be meant so
 */
export async function openWeb(location: string, options: FileOptions['http'], context: CheckContext): Promise<Place> {
  const first = parseWebUrl(location, options?.allowUnencrypted)
  const login = authorize(options)
  const asker = createAsker(await trustingContext(context, options?.ca), login)
  const urlOf = (path: string): URL => parseWebUrl(path, options?.allowUnencrypted, first)
  return {
    settleMs: MINUTE,
    // The server dates all that it tells, so a file's age is judged by its clock alone.
    sameClock: false,
    find: (path) => Promise.resolve({ root: first.origin, paths: [urlOf(path).href] }),
    fingerprint: (path) => asker.look(urlOf(path)),
    open: (path) => openAnswer(urlOf(path), asker),
    beside: besideUrl,
    nameOf: (path) => nameInUrl(new URL(path)),
    say: (path) => sayUrl(new URL(path)),
    close: () => Promise.resolve(),
  }
}

interface Asker {
  /** What the headers of the file say. */
  look(url: URL): Promise<Fingerprint>
  get(url: URL): Promise<{ readonly answer: HttpAnswer; readonly print: Fingerprint }>
}

function createAsker(context: HttpContext, { headers, secrets }: Authorized): Asker {
  let hasHead = true

  async function ask(url: URL, more: Partial<HttpRequest>): Promise<HttpAnswer> {
    try {
      return await send({ url, headers, secrets, ...more }, context)
    } catch (error) {
      throw isSyncError(error) && error.code === 'http-not-found' ? missing(url, error) : error
    }
  }

  async function get(url: URL): ReturnType<Asker['get']> {
    const answer = await ask(url, {})
    try {
      requireFile(url, answer.status)
      return { answer, print: printOf(answer.headers, context.clock) }
    } catch (error) {
      answer.discard()
      throw error
    }
  }

  return {
    get,
    async look(url) {
      if (hasHead) {
        const answer = await ask(url, { method: 'HEAD', answers: NO_HEAD })
        answer.discard()
        if (answer.status === 200) return withoutZero(printOf(answer.headers, context.clock))
      }
      const { answer, print } = await get(url)
      answer.discard()
      hasHead = false
      return print
    },
  }
}

/** Servers that make the file as it is asked for often say 0 when only its headers are wanted. */
function withoutZero(print: Fingerprint): Fingerprint {
  return print.size === 0 ? { ...print, size: undefined } : print
}

async function openAnswer(url: URL, asker: Asker): Promise<OpenFile> {
  const { answer, print } = await asker.get(url)
  const check = createDigestCheck(answer.headers, sayUrl(url))
  async function* pieces(signal: AbortSignal): AsyncGenerator<Buffer, void, void> {
    let isFirst = true
    for await (const part of answer.body()) {
      signal.throwIfAborted()
      const piece = Buffer.from(part.buffer, part.byteOffset, part.byteLength)
      if (isFirst) refusePage(url, piece)
      isFirst = false
      check.add(piece)
      yield piece
    }
    check.end()
  }
  return {
    opened: print,
    pieces,
    now: () => Promise.resolve(undefined),
    marksEnd: hasMarkedEnd(answer.headers) || check.isNamed,
    evidence: () => (check.isNamed ? ['the SHA-256 that the server names agrees'] : []),
    async close() {
      answer.discard()
    },
  }
}

/** @throws when the server says that this is not the file, though in a friendly way */
function requireFile(url: URL, status: number): void {
  if (status === 200 || status === 203) return
  if (status === 202) {
    throw new RetryLaterError('http-not-ready', `${sayUrl(url)} is not ready yet (202)`, {
      hint: 'The server still makes the file: the next run asks again.',
    })
  }
  throw new OperatorError('http-no-file', `${sayUrl(url)} was answered with ${status}, which brings no whole file`, {
    hint: 'Whoever runs the server must hand out the whole file with 200.',
  })
}

/** A page comes where a login has expired, or where a portal stands before the file. */
function refusePage(url: URL, piece: Buffer): void {
  const text = piece
    .subarray(0, 64 * 1024)
    .toString('latin1')
    .replace(/^ï»¿/, '')
  if (!isHtml(text)) return
  const code = isLoginPage(text) ? 'http-login' : 'http-web-page'
  const what = isLoginPage(text) ? 'a login page' : 'a web page'
  throw new OperatorError(code, `${sayUrl(url)} brought ${what} and not the file`, {
    hint: 'Check the address and the credentials: an address that a browser opens is often not the one of the file.',
  })
}

function missing(url: URL, cause: unknown): OperatorError {
  return new OperatorError('file-missing', `${sayUrl(url)} does not exist, or may not be seen (404 or 410)`, {
    hint: 'Check the address. Some servers answer so when the credentials lack the right to see what is there.',
    cause,
  })
}
