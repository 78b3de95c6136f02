/** Which files beside a configuration hold its mapping tests. */
import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { ConfigProblem } from '../../config/load.ts'

export interface TestFiles {
  /** As the configuration was named: relative to the working directory when it was. */
  readonly files: readonly string[]
  /** Files that look like tests, and would be passed over. */
  readonly problems: readonly ConfigProblem[]
}

/**
 * The mapping tests of `vanta.config.yaml` are in `vanta.tests.yaml` and `vanta.*.tests.yaml` in the same folder; those
 * of `staging.yaml` in `staging.tests.yaml`.
 */
export async function findTestFiles(config: string): Promise<TestFiles> {
  const folder = dirname(config)
  const stem = basename(config).replace(/(?:\.config)?\.ya?ml$/i, '')
  const names = (await readdir(folder)).filter((name) => name.startsWith(`${stem}.`) && /\.ya?ml$/i.test(name)).sort()
  const isTest = (name: string): boolean => /\.tests\.ya?ml$/.test(name.slice(stem.length))
  const isNearly = (name: string): boolean => !isTest(name) && /[.-]tests?\b/i.test(name.slice(stem.length))
  return {
    files: names.filter(isTest).map((name) => join(folder, name)),
    problems: names
      .filter((name) => isNearly(name) && name !== basename(config))
      .map((name) => misnamed(join(folder, name), stem)),
  }
}

function misnamed(at: string, stem: string): ConfigProblem {
  return {
    code: 'test-file-name',
    at,
    path: '',
    message: 'would not be read by this name',
    expected: `${stem}.tests.yaml, or ${stem}.NAME.tests.yaml`,
  }
}
