/** Refuses bodies that are larger than any of ours, whether their length is told or not. */
import type { Context, MiddlewareHandler } from 'hono'
import type { ServerEnv } from './env.ts'

export interface BodyLimit {
  /** Bytes. */
  readonly most: number
  readonly refuse: (c: Context<ServerEnv>) => Response | Promise<Response>
}

/**
 * hono's own makes a Request of the Request that it has, which Node refuses when the global ones are left alone: each
 * POST without a body ended as a bug.
 */
export function bodyLimit({ most, refuse }: BodyLimit): MiddlewareHandler<ServerEnv> {
  return async (c, next) => {
    // Without this header the length is told, or there is no body.
    if (c.req.header('transfer-encoding') === undefined)
      return Number(c.req.header('content-length') ?? 0) > most ? refuse(c) : next()
    // A GET has none for us, whatever it says.
    if (c.req.raw.body === null) return next()
    // One that breaks off is refused as well; nobody hears it.
    const body = await bodyOf(c.req.raw, most).catch(() => undefined)
    if (body === undefined) return refuse(c)
    const { url, method, headers } = c.req.raw
    c.req.raw = new Request(url, { method, headers, body })
    return next()
  }
}

/** Undefined when there is more than `most`. */
async function bodyOf({ body }: Request, most: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (body === null) return new Uint8Array()
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of body as AsyncIterable<Uint8Array>) {
    size += part.length
    if (size > most) return undefined
    parts.push(part)
  }
  return new Uint8Array(Buffer.concat(parts))
}
