import { inspect } from 'node:util'

const HIDDEN = '[secret]'

/** A value that has no path to text: it redacts itself in strings, JSON, templates, logs and inspection. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The value itself, for the one place that sends it. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return HIDDEN
  }

  toJSON(): string {
    return HIDDEN
  }

  [inspect.custom](): string {
    return HIDDEN
  }
}

/** A reference to a secret; resolved again at every use, so that a rotated secret needs no restart. */
export interface SecretRef {
  /** How the config names it, for messages: `{ env: PEOPLE_X_CLIENT_SECRET }`. Never the value. */
  readonly describe: string
  /** @throws ConfigError when the variable, file or command is missing, empty or fails */
  resolve(signal?: AbortSignal): Promise<Secret>
}
