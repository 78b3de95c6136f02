import type { IncomingMessage } from 'node:http'

/** The API takes so many bytes in one request, and not one more. */
export const BODY_LIMIT = 10_485_760

/**
 * The whole body. Beyond the limit it is still read to its end, though not kept: a client that is cut off while it
 * sends would see a broken connection instead of the answer.
 * @throws when the client goes away before the end
 */
export async function readBody(incoming: IncomingMessage): Promise<Buffer | 'too-large'> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= BODY_LIMIT) chunks.push(chunk)
    else chunks.length = 0
  }
  return size <= BODY_LIMIT ? Buffer.concat(chunks, size) : 'too-large'
}

/** Whether the head of a request announces a body. */
export function announcesBody(incoming: IncomingMessage): boolean {
  return Number(incoming.headers['content-length'] ?? 0) > 0 || incoming.headers['transfer-encoding'] !== undefined
}
