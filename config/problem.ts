/** One mistake in the configuration, as every command reports it. */
export interface ConfigProblem {
  /** Stable, kebab-case: `unknown-key`, `missing-key`, `plain-secret`, … */
  readonly code: string
  /** `vanta.config.yaml:12:5`, or the file alone when the whole of it is meant. */
  readonly at: string
  /** `resources.people.guard.maxRemoved`; empty for the whole file. */
  readonly path: string
  /** What is wrong. Names keys and files, never a value that was written or referred to. */
  readonly message: string
  /** What would be right. */
  readonly expected?: string
  /** The known name that was most likely meant. */
  readonly nearest?: string
}

/** `file:line:column path: what is wrong; expected what; did you mean "x"?` */
export function formatProblem(problem: ConfigProblem): string {
  const where = problem.path === '' ? `${problem.at}:` : `${problem.at} ${problem.path}:`
  const parts = [`${where} ${problem.message}`]
  if (problem.expected !== undefined) parts.push(`expected ${problem.expected}`)
  if (problem.nearest !== undefined) parts.push(`did you mean "${problem.nearest}"?`)
  return parts.join('; ')
}
