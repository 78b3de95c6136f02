/** The checks that a living source can bear: it is only read, a few times, and with the right secrets. */
import { type Check, check } from './check.ts'
import { definitionChecks } from './checks/definition.ts'
import { judgeAbort, judgeEarlyStop, judgeWholeRead } from './checks/ending.ts'
import { judgeLongRead } from './checks/memory.ts'
import { judgeConnection } from './checks/options.ts'
import { hasSecret, judgeLogs, judgeSecrets } from './checks/privacy.ts'
import { type ObservedRead, wholeReadChecks } from './checks/rows.ts'
import { observe } from './observation.ts'
import type { Subject } from './subject.ts'

export function liveChecks(subject: Subject): readonly Check[] {
  let reading: Promise<ObservedRead> | undefined
  const whole = (signal: AbortSignal): Promise<ObservedRead> => (reading ??= observe(subject, signal))
  return [
    ...definitionChecks(subject.connector),
    ...(subject.connector.check === undefined
      ? []
      : [check('the options connect', (signal) => judgeConnection(subject, signal))]),
    ...wholeReadChecks(whole),
    check('a read that is aborted at its first row ends within a second and leaves nothing open', (signal) =>
      judgeAbort({ subject, signal }, { says: 'at its first row', after: () => 1 }),
    ),
    check('a consumer that stops early is let go, and nothing stays open', (signal) => judgeEarlyStop(subject, signal)),
    check('a whole read leaves nothing open', (signal) => judgeWholeRead(subject, signal)),
    check('memory stays flat over a whole read', async (signal) =>
      judgeLongRead(subject, { rows: (await whole(signal)).rows, signal }),
    ),
    ...(hasSecret(subject.connector.options)
      ? [check('its secrets show in no text', (signal) => judgeSecrets(subject, signal))]
      : []),
    check('logs and evidence hold no values of rows', async (signal) =>
      judgeLogs(await whole(signal), await subject.options(signal)),
    ),
  ]
}
