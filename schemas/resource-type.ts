/** What the rest of the code knows of a resource type. The twelve types themselves are in `types/`. */
import type { FieldProblem } from './problem.ts'

export type ResourceTypeName =
  | 'api_endpoint_vulnerability_connectors'
  | 'background_check_connector'
  | 'custom_resource'
  | 'macos_user_computer'
  | 'package_vulnerability_connectors'
  | 'secret'
  | 'security_task'
  | 'static_analysis_code_vulnerability_connectors'
  | 'user_account'
  | 'user_security_training_status'
  | 'vulnerable_component'
  | 'windows_user_computer'

export type CustomPropertyKind = 'string' | 'boolean' | 'int32'
export type CustomProperties = Readonly<Record<string, CustomPropertyKind>>

/** A form of JSON Type Definition (RFC 8927), of the subset that the API uses. */
export type Form = { readonly nullable?: true; readonly metadata?: FormMetadata } & (
  | { readonly type: 'string' | 'boolean' | 'int32' | 'float64' | 'timestamp' }
  | { readonly enum: readonly string[] }
  | { readonly elements: Form }
  | ObjectForm
)

export interface ObjectForm {
  readonly properties: Readonly<Record<string, Form>>
  readonly optionalProperties?: Readonly<Record<string, Form>>
}

export interface FormMetadata {
  /** The rule that the published schema states only in words. */
  readonly rule?: string
  /** Empty text is a value here, though the field is required. Without it, empty text counts as missing. */
  readonly mayBeEmpty?: true
}

export type FieldValue = unknown
export type VantaRecord = Readonly<Record<string, FieldValue>>

export interface ResourceType {
  readonly name: ResourceTypeName
  /** As the API's documentation spells it: `UserAccount`. */
  readonly kind: string
  /** `/v1/resources/user_account`. */
  readonly path: string
  /** The type whose records this one refers to, which must be pushed first. */
  readonly pushAfter?: ResourceTypeName
  /** JSON Type Definition of one record, with `customProperties` when they are declared. */
  readonly form: ObjectForm
  readonly customProperties?: CustomProperties
  /** Fields in the order we send and compare them. */
  readonly fieldNames: readonly string[]
  /** All problems of a record at once: form, then the rules that JTD cannot say. Empty when it is valid. */
  validate(record: VantaRecord): readonly FieldProblem[]
  /**
   * The one form in which records are compared and sent: own fields only and in order, null is absent unless required,
   * times to the second in UTC. Works on what we computed and on what Vanta answers.
   */
  canonical(record: VantaRecord): Record<string, FieldValue>
}
