/** A request to the API, read to its end. */
export interface ApiRequest {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly authorization: string | undefined
  /** Empty when none was sent. */
  readonly contentType: string
  readonly body: Buffer
  /** Id of the token that was presented or issued, set by the handler, for the log. */
  token: string | undefined
}

/** The JSON object in a body; undefined when it is none. */
export function parseObject(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
