import { expect, test } from 'vitest'
import { fileFailure } from '../../../connectors/files/failure.ts'

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: what the system says`), { code })
}

test.each([
  {
    code: 'ENOENT',
    failure: { code: 'file-missing', name: 'OperatorError', message: '/data/p.csv does not exist' },
    hint: 'Whoever delivers the export',
  },
  {
    code: 'EACCES',
    failure: {
      code: 'file-forbidden',
      name: 'OperatorError',
      message: '/data/p.csv may not be read: permission denied',
    },
    hint: 'Whoever owns it',
  },
  {
    code: 'EBUSY',
    failure: { code: 'file-busy', name: 'RetryLaterError', message: '/data/p.csv cannot be read just now (EBUSY)' },
    hint: 'the next run tries again',
  },
  {
    code: 'EIO',
    failure: {
      code: 'file-unreadable',
      name: 'OperatorError',
      message: '/data/p.csv cannot be read: EIO: what the system says',
    },
    hint: 'Whoever runs this machine',
  },
])('$code becomes an error that names the path and who must act', ({ code, failure, hint }) => {
  const cause = systemError(code)
  const error = fileFailure('/data/p.csv', cause)
  expect(error).toMatchObject({ ...failure, exitCode: 12, cause })
  expect(error.hint).toContain(hint)
})

test('an I/O error on a share means its server, which may be back at the next run', () => {
  for (const code of ['EIO', 'ESTALE', 'EHOSTDOWN', 'ENOTCONN']) {
    expect(fileFailure('/mnt/p.csv', systemError(code), true)).toMatchObject({
      code: 'share-away',
      name: 'RetryLaterError',
      exitCode: 12,
      message: `/mnt/p.csv cannot be read: the server of the share does not answer (${code})`,
    })
  }
  expect(fileFailure('/data/p.csv', systemError('EIO')).code).toBe('file-unreadable')
})
