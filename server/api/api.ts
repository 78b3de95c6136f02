/** The JSON API: its table, its handlers, its description. */
import type { Hono } from 'hono'
import type { Tell } from '../answer.ts'
import { type Doorkeeper, mayStillLook } from '../auth/identify.ts'
import type { ServerEnv } from '../env.ts'
import { createEventStreams, eventRoutes } from './events.ts'
import { HISTORY_ROUTES } from './history-export.ts'
import { mountApi } from './mount.ts'
import { openApi } from './openapi.ts'
import type { ApiCall, ApiRoute } from './route.ts'
import { RUN_ROUTES } from './run-routes.ts'
import { STATUS_ROUTES } from './status-routes.ts'

export interface ApiDeps {
  readonly keeper: Doorkeeper
  readonly tell: Tell
  readonly stopping: AbortSignal
}

export function createApi({ keeper, tell, stopping }: ApiDeps): Hono<ServerEnv> {
  const { operator } = keeper
  const isWanted = ({ visitor }: ApiCall): boolean => mayStillLook(keeper, visitor)
  const routes: ApiRoute[] = [
    ...STATUS_ROUTES,
    ...RUN_ROUTES,
    ...HISTORY_ROUTES,
    ...eventRoutes(createEventStreams(operator, stopping), isWanted),
  ]
  routes.push(describing(routes))
  return mountApi(routes, { operator, tell, stopping })
}

function describing(routes: readonly ApiRoute[]): ApiRoute {
  return {
    method: 'get',
    path: '/openapi.json',
    id: 'describe',
    summary: 'Describe this API',
    needs: 'look',
    answer: { status: 200, description: 'An OpenAPI 3.1 document.', schema: { type: 'object' } },
    // Called when the table is whole, this route included.
    handle: async ({ operator }) =>
      openApi(routes, { version: operator.version, url: operator.settings.server.publicUrl ?? '/' }),
  }
}
