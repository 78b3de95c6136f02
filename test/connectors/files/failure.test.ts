import { expect, test } from 'vitest'
import { fileFailure } from '../../../connectors/files/failure.ts'

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: what the system says`), { code })
}

test.each([
  ['ENOENT', 'file-missing', 'OperatorError', '/data/p.csv does not exist', 'Whoever delivers the export'],
  ['EACCES', 'file-forbidden', 'OperatorError', '/data/p.csv may not be read: permission denied', 'Whoever owns it'],
  ['EBUSY', 'file-busy', 'RetryLaterError', '/data/p.csv cannot be read just now (EBUSY)', 'the next run tries again'],
  [
    'EIO',
    'file-unreadable',
    'OperatorError',
    '/data/p.csv cannot be read: EIO: what the system says',
    'Whoever runs this machine',
  ],
])('%s becomes an error that names the path and who must act', (code, own, name, message, hint) => {
  const cause = systemError(code)
  const failure = fileFailure('/data/p.csv', cause)
  expect(failure).toMatchObject({ code: own, name, message, exitCode: 12, cause })
  expect(failure.hint).toContain(hint)
})
