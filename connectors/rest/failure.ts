import { ConfigError, OperatorError } from '../../core/errors.ts'

/** Options that do not go together. */
export function badOptions(message: string, hint?: string): ConfigError {
  return new ConfigError('rest-options', message, hint === undefined ? {} : { hint })
}

/** An answer that cannot be a page of rows. */
export function badAnswer(code: string, message: string, hint?: string): OperatorError {
  return new OperatorError(code, message, hint === undefined ? {} : { hint })
}
