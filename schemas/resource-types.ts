/** The twelve resource types, as a table. */
import { compileCanonical } from './canonical.ts'
import { CUSTOM_PROPERTIES, fieldsOf } from './form.ts'
import type {
  CustomProperties,
  FieldValue,
  Form,
  ObjectForm,
  ResourceType,
  ResourceTypeName,
  VantaRecord,
} from './resource-type.ts'
import {
  closedTaskHasItsTime,
  externalUrlIsHttps,
  isScore,
  looksLikeEmail,
  onlyInState,
  type Rule,
  severityIsInTenths,
  uniqueIdHasNoSurroundingBlanks,
  unknownMfaHasNoMethods,
} from './rules.ts'
import { apiEndpointVulnerabilityConnectorsForm } from './types/api-endpoint-vulnerability-connectors.ts'
import { backgroundCheckConnectorForm } from './types/background-check-connector.ts'
import { customResourceForm } from './types/custom-resource.ts'
import { macosUserComputerForm } from './types/macos-user-computer.ts'
import { packageVulnerabilityConnectorsForm } from './types/package-vulnerability-connectors.ts'
import { secretForm } from './types/secret.ts'
import { securityTaskForm } from './types/security-task.ts'
import { staticAnalysisCodeVulnerabilityConnectorsForm } from './types/static-analysis-code-vulnerability-connectors.ts'
import { userAccountForm } from './types/user-account.ts'
import { userSecurityTrainingStatusForm } from './types/user-security-training-status.ts'
import { vulnerableComponentForm } from './types/vulnerable-component.ts'
import { windowsUserComputerForm } from './types/windows-user-computer.ts'
import { validateRecord } from './validate.ts'

interface Definition {
  readonly kind: string
  readonly form: ObjectForm
  /** Besides those that hold for every type. */
  readonly rules?: readonly Rule[]
  readonly pushAfter?: ResourceTypeName
}

const RULES_OF_ALL: readonly Rule[] = [externalUrlIsHttps, uniqueIdHasNoSurroundingBlanks]

const DEFINITIONS: Readonly<Record<ResourceTypeName, Definition>> = {
  api_endpoint_vulnerability_connectors: {
    kind: 'ApiEndpointVulnerabilityConnectors',
    form: apiEndpointVulnerabilityConnectorsForm,
    rules: [isScore('severity'), severityIsInTenths],
    pushAfter: 'vulnerable_component',
  },
  background_check_connector: {
    kind: 'BackgroundCheckConnector',
    form: backgroundCheckConnectorForm,
    rules: [
      looksLikeEmail('email'),
      onlyInState({
        field: 'completionDate',
        stateField: 'status',
        state: 'COMPLETE',
        otherStates: ['INCOMPLETE', 'IN_PROGRESS'],
      }),
    ],
  },
  custom_resource: { kind: 'CustomResource', form: customResourceForm },
  macos_user_computer: { kind: 'MacosUserComputer', form: macosUserComputerForm },
  package_vulnerability_connectors: {
    kind: 'PackageVulnerabilityConnectors',
    form: packageVulnerabilityConnectorsForm,
    rules: [isScore('severity'), severityIsInTenths],
    pushAfter: 'vulnerable_component',
  },
  secret: { kind: 'Secret', form: secretForm },
  security_task: {
    kind: 'SecurityTask',
    form: securityTaskForm,
    rules: [
      closedTaskHasItsTime,
      onlyInState({
        field: 'closedTimestamp',
        stateField: 'taskState',
        state: 'CLOSED',
        otherStates: ['OPEN', 'IN_PROGRESS'],
      }),
    ],
  },
  static_analysis_code_vulnerability_connectors: {
    kind: 'StaticAnalysisCodeVulnerabilityConnectors',
    form: staticAnalysisCodeVulnerabilityConnectorsForm,
    rules: [isScore('severity'), isScore('confidence')],
    pushAfter: 'vulnerable_component',
  },
  user_account: {
    kind: 'UserAccount',
    form: userAccountForm,
    rules: [
      looksLikeEmail('email'),
      unknownMfaHasNoMethods,
      onlyInState({
        field: 'deactivatedTimestamp',
        stateField: 'status',
        state: 'DEACTIVATED',
        otherStates: ['ACTIVE'],
      }),
    ],
  },
  user_security_training_status: {
    kind: 'UserSecurityTrainingStatus',
    form: userSecurityTrainingStatusForm,
    rules: [looksLikeEmail('traineeEmail')],
  },
  vulnerable_component: { kind: 'VulnerableComponent', form: vulnerableComponentForm },
  windows_user_computer: { kind: 'WindowsUserComputer', form: windowsUserComputerForm },
}

/** In alphabetical order. */
export const resourceTypeNames: readonly ResourceTypeName[] = Object.keys(DEFINITIONS).filter(isResourceTypeName)

export function isResourceTypeName(name: string): name is ResourceTypeName {
  return Object.hasOwn(DEFINITIONS, name)
}

/**
 * The resource type of that name; undefined when there is none. Declared custom properties are all required, in a
 * `customProperties` object; with none declared, that key is an unknown field.
 *
 * @throws TypeError for a custom property named `__proto__`, which no object of ours could hold
 */
export function resourceType(name: string, customProperties: CustomProperties = {}): ResourceType | undefined {
  if (!isResourceTypeName(name)) return undefined
  const definition = DEFINITIONS[name]
  const form = withCustomProperties(definition.form, customProperties)
  const rules = [...RULES_OF_ALL, ...(definition.rules ?? [])]
  return {
    name,
    kind: definition.kind,
    path: `/v1/resources/${name}`,
    ...(definition.pushAfter !== undefined && { pushAfter: definition.pushAfter }),
    form,
    ...(form !== definition.form && { customProperties }),
    fieldNames: fieldsOf(form).map((field) => field.name),
    validate: (record) => validateRecord(form, rules, record),
    canonical: lazily(() => compileCanonical(form)),
  }
}

function withCustomProperties(form: ObjectForm, declared: CustomProperties): ObjectForm {
  const names = Object.keys(declared)
  if (names.length === 0) return form
  if (names.includes('__proto__')) throw new TypeError('A custom property cannot be named "__proto__"')
  const properties = Object.fromEntries(
    Object.entries(declared).map(([name, type]): [string, Form] => [name, { type }]),
  )
  return { ...form, properties: { ...form.properties, [CUSTOM_PROPERTIES]: { properties } } }
}

type Canonical = (record: VantaRecord) => Record<string, FieldValue>

function lazily(compile: () => Canonical): Canonical {
  let canonical: Canonical | undefined
  return (record) => {
    canonical ??= compile()
    return canonical(record)
  }
}
