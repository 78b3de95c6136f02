/** Which fields of a record a table shows. */
import type { Form, ResourceTypeName } from '../../schemas/resource-type.ts'
import { resourceType } from '../../schemas/resource-types.ts'

const CHOSEN: Partial<Record<ResourceTypeName, readonly string[]>> = {
  user_account: ['displayName', 'email', 'permissionLevel', 'status', 'authMethod', 'mfaMethods'],
  macos_user_computer: ['displayName', 'serialNumber', 'osVersion', 'owner', 'isManaged', 'collectedTimestamp'],
  windows_user_computer: ['displayName', 'serialNumber', 'osVersion', 'owner', 'isManaged', 'collectedTimestamp'],
  security_task: ['taskId', 'taskTitle', 'taskState', 'priority', 'assignees', 'closedTimestamp'],
  user_security_training_status: ['traineeFullName', 'traineeEmail', 'trainingName', 'status', 'trainingDueTimestamp'],
  vulnerable_component: ['displayName', 'name', 'targetType', 'collectedTimestamp'],
}

const MOST = 6

/** Long texts and the two fields that every table treats by itself. */
const LEFT_OUT = new Set(['uniqueId', 'externalUrl', 'description', 'remediationInstructions', 'customProperties'])

export function columnsOf(type: ResourceTypeName, customProperties: readonly string[]): readonly string[] {
  const own = CHOSEN[type] ?? plainFields(type)
  return [...own.slice(0, MOST), ...customProperties.slice(0, MOST).map((name) => `customProperties.${name}`)]
}

function plainFields(type: ResourceTypeName): string[] {
  const fields = Object.entries(resourceType(type)?.form.properties ?? {})
  return fields.filter(([name, form]) => !LEFT_OUT.has(name) && isPlain(form)).map(([name]) => name)
}

function isPlain(form: Form): boolean {
  return 'type' in form || 'enum' in form
}

/** The value of a column as a short text; `–` for nothing. */
export function cellText(record: Readonly<Record<string, unknown>>, column: string): string {
  const [field = '', property] = column.split(/\.(.*)/s)
  const value = property === undefined ? record[field] : (record[field] as Record<string, unknown> | null)?.[property]
  if (value === undefined || value === null || value === '') return '–'
  if (Array.isArray(value)) return value.map(plainText).join(', ') || '–'
  return plainText(value)
}

function plainText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** `mfaMethods` as `mfa methods`. */
export function columnTitle(column: string): string {
  const name = column.replace(/^customProperties\./, '')
  return name
    .replace(/Timestamp$/, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
}
