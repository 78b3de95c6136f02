/** The table of the API: what mounts the handlers is what describes them. */
import type { Context } from 'hono'
import type { Visitor } from '../auth/visitor.ts'
import type { ServerEnv } from '../env.ts'
import type { Operator } from '../operator.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

export interface QueryParameter {
  readonly schema: JsonSchema
  readonly description: string
}

export interface ApiRoute {
  readonly method: 'get' | 'post'
  /** Below `/api`, with names in braces: `/runs/{id}`. */
  readonly path: string
  /** For programs that are generated: `showRun`. */
  readonly id: string
  /** One line. */
  readonly summary: string
  readonly description?: string
  readonly needs: 'look' | 'approve'
  /** True: the answer holds personal data, masked unless `reveal` is asked. */
  readonly personal?: true
  readonly query?: Readonly<Record<string, QueryParameter>>
  /** Of the JSON body. */
  readonly body?: JsonSchema
  readonly answer: ApiAnswer
  /** Statuses besides those that any request may get. */
  readonly failures?: readonly number[]
  /** Gives the JSON value, or a whole response when the answer is none. */
  handle(call: ApiCall): Promise<unknown>
}

export interface ApiAnswer {
  readonly status: 200 | 202
  readonly description: string
  /** Of a JSON answer. */
  readonly schema?: JsonSchema
  /** Of any other. */
  readonly type?: string
}

export interface ApiCall {
  readonly c: Context<ServerEnv>
  readonly operator: Operator
  readonly visitor: Visitor
  readonly params: Readonly<Record<string, string>>
  /** Checked, with defaults. */
  readonly query: Readonly<Record<string, string | number | undefined>>
  /** Checked. */
  readonly body: Readonly<Record<string, unknown>>
  /** Hides what stands for a person: the digest of the state, cut. Undefined when this call may see it. */
  readonly mask: ((text: string) => string) | undefined
  /** Ends when the server stops. */
  readonly stopping: AbortSignal
}

export function ref(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` }
}
