/** What a connector module imports from `vanta-sync`. */
export { DAY, HOUR, MINUTE, SECOND, type Clock, toInstant } from './core/clock.ts'
export {
  type CheckContext,
  type Connector,
  type ConnectorDefinition,
  defineConnector,
  type LoginFacts,
  type ObjectSchema,
  type OptionSchema,
  type OptionsOf,
  type Proof,
  type ReadContext,
  type Row,
  type RowProblem,
  type Rows,
  type SourceFile,
} from './core/connector.ts'
export { ConfigError, type ErrorFacts, OperatorError, RetryLaterError } from './core/errors.ts'
export type { Log, LogFacts } from './core/log.ts'
export { Secret } from './core/secret.ts'
export { parseDuration } from './core/text/duration.ts'
