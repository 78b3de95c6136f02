import type { ApplicationSpec } from '../core/resource.ts'
import { DEFAULT_SCOPES } from './schema.ts'
import type { Names, WrittenApplication } from './written-config.ts'

/** The applications that are whole, by name. */
export function buildApplications(written: Names<WrittenApplication> = {}): ReadonlyMap<string, ApplicationSpec> {
  const applications = new Map<string, ApplicationSpec>()
  for (const [name, application] of Object.entries(written)) {
    if (application?.clientId === undefined || application.clientSecret === undefined) continue
    const { clientId, clientSecret } = application
    applications.set(name, { name, clientId, clientSecret, scopes: scopesOf(application) })
  }
  return applications
}

export function scopesOf(application: WrittenApplication): readonly string[] {
  return application.scopes?.filter((scope) => scope !== undefined) ?? DEFAULT_SCOPES
}
