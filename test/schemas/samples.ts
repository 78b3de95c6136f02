/** One complete, valid record of each resource type. The types of the constants are checked by the compiler. */
import type { ResourceTypeName } from '../../schemas/resource-type.ts'
import type { ApiEndpointVulnerabilityConnectors } from '../../schemas/types/api-endpoint-vulnerability-connectors.ts'
import type { BackgroundCheckConnector } from '../../schemas/types/background-check-connector.ts'
import type { CustomResource } from '../../schemas/types/custom-resource.ts'
import type { MacosUserComputer } from '../../schemas/types/macos-user-computer.ts'
import type { PackageVulnerabilityConnectors } from '../../schemas/types/package-vulnerability-connectors.ts'
import type { Secret } from '../../schemas/types/secret.ts'
import type { SecurityTask } from '../../schemas/types/security-task.ts'
import type { StaticAnalysisCodeVulnerabilityConnectors } from '../../schemas/types/static-analysis-code-vulnerability-connectors.ts'
import type { UserAccount } from '../../schemas/types/user-account.ts'
import type { UserSecurityTrainingStatus } from '../../schemas/types/user-security-training-status.ts'
import type { VulnerableComponent } from '../../schemas/types/vulnerable-component.ts'
import type { WindowsUserComputer } from '../../schemas/types/windows-user-computer.ts'

const identity = { displayName: 'Sample', uniqueId: 'S-1', externalUrl: 'https://source.example.com/S-1' }
const time = '2026-11-23T09:30:00Z'
const screenlock = { requiresPassword: true, screenSleepTimeoutMs: 300_000 }

const apiEndpoint: ApiEndpointVulnerabilityConnectors = {
  ...identity,
  occurrences: [
    {
      description: 'Seen **once**',
      fromUrl: 'https://app.example.com',
      queryParams: [{ key: 'debug', value: '' }],
      headers: [{ key: 'Accept', value: '*/*' }],
      body: '[redacted]',
    },
  ],
  severity: 7.3,
  vulnerableComponentUniqueId: 'C-1',
  description: 'Open redirect',
  remediationInstructions: 'Check the target',
  url: 'https://app.example.com/login',
  httpMethod: 'GET',
  cveId: 'CVE-2026-0001',
  cvss3Vector: 'CVSS:3.1/AV:N',
  cvss3Score: 7.25,
}

const backgroundCheck: BackgroundCheckConnector = {
  ...identity,
  fullName: 'Ada Example',
  email: 'ada@example.com',
  status: 'COMPLETE',
  completionDate: time,
}

const customResource: CustomResource = { ...identity }

const browserExtensions = [{ extensionId: 'abc', name: 'Vault', browser: 'CHROME' }] as const
const computer = {
  collectedTimestamp: time,
  osName: 'An OS',
  osVersion: '12.4',
  hardwareUuid: 'uuid-1',
  serialNumber: 'serial-1',
  users: [
    {
      username: 'ada',
      screenlockPolicies: [screenlock],
      screenlockSettings: screenlock,
      lastLoginTimestamp: time,
    },
  ],
  systemScreenlockPolicies: [screenlock],
  isManaged: true,
  autoUpdatesEnabled: false,
  owner: 'ada@example.com',
  passwordPolicy: { minimumLengthRequirement: 12 },
  lastEnrolledTimestamp: time,
}

const macosComputer: MacosUserComputer = {
  ...identity,
  ...computer,
  applications: [{ name: 'Mail', bundleId: 'com.example.mail', lastOpenedTimestamp: time }],
  browserExtensions,
  drives: [{ name: 'disk1', encrypted: true, filevaultEnabled: true, isBootVolume: true }],
  isXProtectEnabled: true,
}

const packageVulnerability: PackageVulnerabilityConnectors = {
  ...identity,
  packageName: 'left-pad',
  packageVersion: '1.0.0',
  severity: 10,
  vulnerableComponentUniqueId: 'C-1',
  description: 'Pads too much',
  isResolvable: true,
  remediationInstructions: 'Update',
  isReachable: false,
  cveId: 'CVE-2026-0002',
  cvss3Vector: 'CVSS:3.1/AV:L',
  cvss3Score: 9.8,
}

const secret: Secret = {
  ...identity,
  name: 'deploy-key',
  description: '',
  createdTimestamp: time,
  creator: 'ada@example.com',
  owner: 'ada@example.com',
  updatedTimestamp: time,
  lastAccessedTimestamp: time,
  expiresTimestamp: time,
}

const securityTask: SecurityTask = {
  ...identity,
  taskId: 'T-1',
  taskTitle: 'Rotate keys',
  createdTimestamp: time,
  taskState: 'CLOSED',
  priority: 'P1',
  assignees: ['ada@example.com'],
  creator: 'ada@example.com',
  labels: ['keys'],
  closedTimestamp: time,
  updatedTimestamp: time,
}

const staticAnalysis: StaticAnalysisCodeVulnerabilityConnectors = {
  ...identity,
  occurrences: [{ path: 'src/a.ts', beginLine: 1, endLine: 2, beginColumn: 0, endColumn: 80 }],
  severity: 4,
  confidence: 10,
  isResolvable: false,
  vulnerableComponentUniqueId: 'C-1',
  description: 'Injection',
  remediationInstructions: 'Bind parameters',
  cveId: 'CVE-2026-0003',
  cvss3Vector: 'CVSS:3.1/AV:N',
  cvss3Score: 4,
}

const userAccount: UserAccount = {
  ...identity,
  fullName: 'Ada Example',
  accountName: 'ada',
  email: 'ada@example.com',
  permissionLevel: 'BASE',
  createdTimestamp: time,
  status: 'DEACTIVATED',
  mfaEnabled: true,
  mfaMethods: ['PUSH_PROMPT', 'SMS'],
  authMethod: 'PASSWORD',
  roleDescription: 'Sales',
  updatedTimestamp: time,
  deactivatedTimestamp: time,
  lastLoginTimestamp: time,
  lastPasswordResetTimestamp: time,
  groupIds: ['g-1'],
}

const training: UserSecurityTrainingStatus = {
  ...identity,
  trainingId: 'gdpr-training-123',
  trainingName: 'Data protection',
  frameworksFulfilled: ['GDPR', 'SOC2'],
  traineeFullName: 'Ada Example',
  traineeAccountName: 'ada',
  traineeEmail: 'ada@example.com',
  status: 'COMPLETE',
  trainingCreatedTimestamp: time,
  trainingDueTimestamp: time,
  trainingCompletedTimestamp: time,
}

const component: VulnerableComponent = {
  ...identity,
  collectedTimestamp: time,
  name: 'web',
  description: 'The web server',
  targetType: 'CONTAINER_REPOSITORY_IMAGE',
}

const windowsComputer: WindowsUserComputer = {
  ...identity,
  ...computer,
  programs: [{ name: 'Mail', lastOpenedTimestamp: time }],
  browserExtensions,
  drives: [{ name: 'C:', encrypted: true, isBootVolume: true }],
  windowsSecurityProducts: [
    { name: 'Defender', category: 'ANTIVIRUS', state: 'ON', stateTimestamp: time, signaturesUpToDate: true },
  ],
  windowsSecurityCenter: {
    firewall: 'GOOD',
    autoupdate: 'POOR',
    antivirus: 'SNOOZED',
    internetSetting: 'NOT_MONITORED',
    userAccountControl: 'ERROR',
    windowsSecurityCenterService: 'GOOD',
  },
}

export const SAMPLES = {
  api_endpoint_vulnerability_connectors: apiEndpoint,
  background_check_connector: backgroundCheck,
  custom_resource: customResource,
  macos_user_computer: macosComputer,
  package_vulnerability_connectors: packageVulnerability,
  secret,
  security_task: securityTask,
  static_analysis_code_vulnerability_connectors: staticAnalysis,
  user_account: userAccount,
  user_security_training_status: training,
  vulnerable_component: component,
  windows_user_computer: windowsComputer,
} as const satisfies Record<ResourceTypeName, object>
