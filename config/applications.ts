import type { ApplicationSpec } from '../core/resource.ts'
import type { Reading } from './reading.ts'
import { DEFAULT_SCOPES } from './schema.ts'
import type { Names, WrittenApplication } from './written-config.ts'

/** The applications that are whole, by name. */
export function buildApplications(
  { unresolved }: Pick<Reading, 'unresolved'>,
  written: Names<WrittenApplication> = {},
): ReadonlyMap<string, ApplicationSpec> {
  const applications = new Map<string, ApplicationSpec>()
  for (const [name, application] of Object.entries(written)) {
    // Whoever leaves references out asks for no token, and the resources of an application need it all the same.
    const clientId = application?.clientId ?? (unresolved === 'leave' ? '' : undefined)
    if (application?.clientSecret === undefined || clientId === undefined) continue
    applications.set(name, { name, clientId, clientSecret: application.clientSecret, scopes: scopesOf(application) })
  }
  return applications
}

export function scopesOf(application: WrittenApplication): readonly string[] {
  return application.scopes?.filter((scope) => scope !== undefined) ?? DEFAULT_SCOPES
}
