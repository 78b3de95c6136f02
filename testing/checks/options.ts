/** Good options connect, and bad ones fail with the right error. */
import { isSyncError, messageOf } from '../../core/errors.ts'
import { checkOptions } from '../../core/options.ts'
import { type Check, check } from '../check.ts'
import type { FixtureMistake, FixtureSource } from '../fixture.ts'
import { type Lab, sayError } from '../lab.ts'
import { readWhole, withContext } from '../reading.ts'
import { sayProblems, type Subject, subjectOf } from '../subject.ts'

const UNKNOWN = 'anOptionThatNobodyKnows'

export function optionChecks(lab: Lab): readonly Check[] {
  const { connector, mistakes = [] } = lab.fixture
  return [
    check('good options pass the schema, and an unknown one is refused', () =>
      lab.withSource(async ({ source }) => judgeSchema(lab, source)),
    ),
    ...(connector.check === undefined
      ? []
      : [
          check('good options connect', (signal) =>
            lab.withSource(async ({ subject }) => judgeConnection(subject, signal)),
          ),
        ]),
    ...mistakes.map((mistake) =>
      check(`refuses ${mistake.says}`, (signal) =>
        lab.withSource(async ({ source }) => judgeMistake(lab, { mistake, source, signal })),
      ),
    ),
  ]
}

function judgeSchema({ fixture: { connector } }: Lab, { options }: FixtureSource): void {
  const { problems } = checkOptions(connector.options, options)
  if (problems.length > 0) throw new Error(`the schema refuses the options of the fixture: ${sayProblems(problems)}`)
  if (connector.options.additionalProperties) return
  const wrong = checkOptions(connector.options, { ...options, [UNKNOWN]: 1 }).problems
  if (!wrong.some(({ code }) => code === 'unknown-option'))
    throw new Error('an option that nobody knows is accepted; what a person typed must never be ignored')
}

/** For any subject: does `check` answer with a sentence? */
export async function judgeConnection(subject: Subject, signal: AbortSignal): Promise<void> {
  const sentence: unknown = await runCheck(subject, signal)
  if (typeof sentence !== 'string' || sentence.trim() === '')
    throw new Error('`check` answers nothing; a sentence is expected that says what was found, as in "200 people"')
}

async function runCheck(subject: Subject, signal: AbortSignal): Promise<unknown> {
  return withContext(subject, { signal }, async (context) => subject.connector.check?.(context))
}

interface MistakeTrial {
  readonly mistake: FixtureMistake
  readonly source: FixtureSource
  readonly signal: AbortSignal
}

async function judgeMistake({ fixture }: Lab, { mistake, source, signal }: MistakeTrial): Promise<void> {
  const wrong = mistake.options(source.options)
  const { problems } = checkOptions(fixture.connector.options, wrong)
  if (mistake.fails === 'options') {
    if (problems.length === 0) throw new Error('the schema accepts these options, and should refuse them')
    const codes = problems.map(({ code }) => code)
    if (mistake.code !== undefined && !codes.includes(mistake.code))
      throw new Error(`the schema says ${codes.join(', ')}, and ${mistake.code} was expected`)
    return
  }
  if (problems.length > 0)
    throw new Error(`the schema refuses these options already (${sayProblems(problems)}); declare \`fails: 'options'\``)
  const subject = subjectOf(fixture, source, wrong)
  if (subject.connector.check !== undefined) judgeError('check', mistake, await errorOf(runCheck(subject, signal)))
  judgeError('read', mistake, await errorOf(readWhole(subject, { signal })))
}

function judgeError(step: string, { fails, code }: FixtureMistake, error: unknown): void {
  const expected = code === undefined ? fails : `${fails} (${code})`
  if (error === NOTHING) throw new Error(`\`${step}\` does not fail; ${expected} was expected`)
  const right = isSyncError(error) && error.name === fails && (code === undefined || error.code === code)
  if (!right)
    throw new Error(`\`${step}\` fails with ${sayError(error)}: ${messageOf(error)}; ${expected} was expected`, {
      cause: error,
    })
}

const NOTHING = Symbol('nothing')

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
    return NOTHING
  } catch (error) {
    return error
  }
}
