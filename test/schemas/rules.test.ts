import { describe, expect, it } from 'vitest'
import { resourceTypeNames } from '../../schemas/resource-types.ts'
import { knownType, problemsOf, sampleWith } from './known-type.ts'

describe('externalUrl', () => {
  it.each(resourceTypeNames)('of %s must be an https URL', (name) => {
    expect(problemsOf(name, { externalUrl: 'http://source.example.com/1' })).toEqual(['externalUrl not-https'])
  })

  it.each([
    'https://',
    'https://:80',
    'source.example.com/1',
    'HTTPS://source.example.com',
    ' https://a.example',
    'https://a b/',
  ])('is refused when it is %j', (externalUrl) => {
    expect(problemsOf('custom_resource', { externalUrl })).toEqual(['externalUrl not-https'])
  })

  it.each(['https://a', 'https://bücher.example/ß', 'https://a.example:8443/p?q=1#f', 'https://[::1]/'])(
    'is taken when it is %j',
    (externalUrl) => {
      expect(problemsOf('custom_resource', { externalUrl })).toEqual([])
    },
  )

  it('that is empty is missing, and nothing else', () => {
    expect(problemsOf('custom_resource', { externalUrl: '' })).toEqual(['externalUrl missing'])
  })
})

describe('uniqueId', () => {
  it.each(resourceTypeNames)('of %s has no blanks around it', (name) => {
    for (const uniqueId of [' E-1', 'E-1 ', 'E-1\n', '\u00A0E-1']) {
      expect(problemsOf(name, { uniqueId })).toEqual(['uniqueId surrounding-blanks'])
    }
    expect(problemsOf(name, { uniqueId: 'E 1' })).toEqual([])
  })

  it('that is blank is missing, and nothing else', () => {
    expect(problemsOf('custom_resource', { uniqueId: '   ' })).toEqual(['uniqueId missing'])
  })
})

describe('an e-mail address', () => {
  it.each([
    'ada@example.com',
    'ada.l+test@mail.example.co.uk',
    "o'neil@example.com",
    'jörg@müller.example',
    '用户@例子.公司',
    'svc_1@my_corp.local',
    'a@1.2.example',
  ])('may be %j', (email) => {
    expect(problemsOf('user_account', { email })).toEqual([])
    expect(problemsOf('user_security_training_status', { traineeEmail: email })).toEqual([])
  })

  it.each([
    'ada',
    'ada@',
    '@example.com',
    'ada@example',
    'ada@@example.com',
    'ada@example.com,bob@example.com',
    'ada b@example.com',
    'ada@exam ple.com',
    'ada(at)example.com',
    'Ada <ada@example.com>',
    'mailto:ada@example.com',
    'ada@.example.com',
    'ada@example..com',
    'ada@example.com.',
    'ada@example.com;',
  ])('may not be %j', (email) => {
    expect(problemsOf('user_account', { email })).toEqual(['email bad-email'])
    expect(problemsOf('background_check_connector', { email })).toEqual(['email bad-email'])
    expect(problemsOf('user_security_training_status', { traineeEmail: email })).toEqual(['traineeEmail bad-email'])
  })

  it('is judged at once, however long the text is', () => {
    const started = performance.now()
    expect(problemsOf('user_account', { email: `${'a.'.repeat(50_000)}@${'a.'.repeat(50_000)}` })).toHaveLength(1)
    expect(performance.now() - started).toBeLessThan(1000)
  })
})

describe('mfaMethods', () => {
  it('are empty when mfaEnabled is null', () => {
    expect(problemsOf('user_account', { mfaEnabled: null, mfaMethods: ['SMS'] })).toEqual(['mfaMethods not-allowed'])
    expect(problemsOf('user_account', { mfaEnabled: null, mfaMethods: [] })).toEqual([])
    expect(problemsOf('user_account', { mfaEnabled: false, mfaMethods: ['DISABLED'] })).toEqual([])
  })

  it('of an unlisted kind are reported as such only', () => {
    expect(problemsOf('user_account', { mfaEnabled: null, mfaMethods: ['FAX'] })).toEqual(['mfaMethods[0] not-listed'])
  })
})

describe('a time that belongs to one state', () => {
  it('closedTimestamp is there exactly when the task is CLOSED', () => {
    for (const taskState of ['OPEN', 'IN_PROGRESS']) {
      expect(problemsOf('security_task', { taskState })).toEqual(['closedTimestamp not-allowed'])
      expect(problemsOf('security_task', { taskState, closedTimestamp: undefined })).toEqual([])
      expect(problemsOf('security_task', { taskState, closedTimestamp: null })).toEqual([])
    }
    for (const closedTimestamp of [undefined, null]) {
      expect(problemsOf('security_task', { closedTimestamp })).toEqual(['closedTimestamp missing'])
    }
    expect(problemsOf('security_task', {})).toEqual([])
  })

  it('closedTimestamp is not judged by a state that is none', () => {
    expect(problemsOf('security_task', { taskState: 'DONE' })).toEqual(['taskState not-listed'])
  })

  it('completionDate needs a background check that is COMPLETE, which may lack it', () => {
    for (const status of ['INCOMPLETE', 'IN_PROGRESS']) {
      expect(problemsOf('background_check_connector', { status })).toEqual(['completionDate not-allowed'])
    }
    expect(problemsOf('background_check_connector', { completionDate: null })).toEqual([])
  })

  it('deactivatedTimestamp needs an account that is DEACTIVATED, which may lack it', () => {
    expect(problemsOf('user_account', { status: 'ACTIVE' })).toEqual(['deactivatedTimestamp not-allowed'])
    expect(problemsOf('user_account', { deactivatedTimestamp: null })).toEqual([])
    expect(problemsOf('user_account', { status: 'ACTIVE', deactivatedTimestamp: 'soon' })).toEqual([
      'deactivatedTimestamp bad-date',
    ])
  })

  it('trainingCompletedTimestamp is not tied to the status', () => {
    expect(problemsOf('user_security_training_status', { status: 'INCOMPLETE' })).toEqual([])
  })

  it('names the state in its message', () => {
    const [problem] = knownType('user_account').validate(sampleWith('user_account', { status: 'ACTIVE' }))
    expect(problem?.message).toBe(
      'the value is text of 20 characters; expected no value, since status is ACTIVE and not DEACTIVATED',
    )
  })
})

describe('scores', () => {
  it.each(['package_vulnerability_connectors', 'api_endpoint_vulnerability_connectors'] as const)(
    'of %s are 0 to 10 in tenths',
    (name) => {
      for (const severity of [0, 0.1, 7.3, 9.9, 10]) expect(problemsOf(name, { severity })).toEqual([])
      for (const severity of [-0.1, 10.1, 55]) expect(problemsOf(name, { severity })).toEqual(['severity out-of-range'])
      for (const severity of [7.35, 0.1 + 0.2, 1e-9])
        expect(problemsOf(name, { severity })).toEqual(['severity too-precise'])
    },
  )

  it('of static analysis are whole numbers from 0 to 10', () => {
    const name = 'static_analysis_code_vulnerability_connectors'
    for (const field of ['severity', 'confidence']) {
      for (const score of [0, 5, 10]) expect(problemsOf(name, { [field]: score })).toEqual([])
      for (const score of [-1, 11]) expect(problemsOf(name, { [field]: score })).toEqual([`${field} out-of-range`])
      expect(problemsOf(name, { [field]: 5.5 })).toEqual([`${field} wrong-type`])
    }
  })

  it('of CVSS are not limited, since no fact limits them', () => {
    expect(problemsOf('package_vulnerability_connectors', { cvss3Score: 12.345 })).toEqual([])
  })
})
