/** What a request carries through the server. */
import type { HttpBindings } from '@hono/node-server'
import type { Visitor } from './auth/visitor.ts'

export interface ServerEnv {
  Bindings: HttpBindings
  Variables: { visitor: Visitor }
}
