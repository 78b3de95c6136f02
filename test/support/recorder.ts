/** An HTTP server that keeps what it is sent, and answers as it is told. */
import type { IncomingHttpHeaders } from 'node:http'
import { listenHttp, type LoopbackServer } from './loopback.ts'

export interface Recorded {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Reply {
  readonly status: number
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Recorder extends LoopbackServer {
  readonly url: string
  readonly requests: readonly Recorded[]
  /** What is answered from now on; undefined: nothing, ever. */
  reply: Reply | undefined | ((request: Recorded) => Reply | undefined)
}

export async function listenRecording(reply: Recorder['reply'] = { status: 200, body: 'ok' }): Promise<Recorder> {
  const requests: Recorded[] = []
  const recorder = { reply }
  const server = await listenHttp((request, response) => {
    const { method = '', url: path = '', headers } = request
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => {
      const recorded = { method, path, headers, body }
      requests.push(recorded)
      const answer = typeof recorder.reply === 'function' ? recorder.reply(recorded) : recorder.reply
      if (answer !== undefined) response.writeHead(answer.status, answer.headers).end(answer.body)
    })
  })
  return Object.assign(recorder, server, { url: `http://127.0.0.1:${server.port}`, requests })
}
