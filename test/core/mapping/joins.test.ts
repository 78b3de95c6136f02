import { describe, expect, it } from 'vitest'
import { compileKey } from '../../../core/mapping/keys.ts'
import type { JoinedRows, Key, MappedRow } from '../../../core/mapping/mapping.ts'
import { compile, mappingOf, NOW, typeOf } from './fixture.ts'

const BY_MAIL = [{ as: 'dir', left: '{{ lower(email) }}', path: ['join', 0], keyPath: ['join', 0, 'by', 'left'] }]
const FOUND: JoinedRows = new Map([['dir', { login: 'ada.l', 'Phone No': '1', constructor: 'c', tags: ['x'] }]])
const NOBODY: JoinedRows = new Map()

function mapped(template: unknown, joined: JoinedRows, fields = { email: 'Ada@Example.com' }): MappedRow {
  const pass = mappingOf({ roleDescription: template }, { joins: BY_MAIL }).start({ now: NOW })
  return pass.map({ at: 'hr.csv:2', fields }, joined)
}

const said = (template: unknown, joined: JoinedRows): unknown => mapped(template, joined).record['roleDescription']

function faultOf(template: string, more: Parameters<typeof compile>[1] = {}): string {
  const compiled = compile({ roleDescription: template }, { joins: BY_MAIL, ...more })
  if (!('problems' in compiled)) throw new Error('it compiles')
  return compiled.problems.map(({ path, message, expected }) => `${path.join('.')}: ${message}; ${expected}`).join('\n')
}

describe('a joined row in expressions', () => {
  it('is read by column, with what is special about a name or not', () => {
    expect(said('{{ dir.login }}', FOUND)).toBe('ada.l')
    expect(said("{{ dir['Phone No'] }}", FOUND)).toBe('1')
    expect(said('{{ dir.constructor }}', FOUND)).toBe('c')
    expect(said('{{ dir.login }} at {{ email }}', FOUND)).toBe('ada.l at Ada@Example.com')
    expect(said("{{ join(dir.tags, '+') }}", FOUND)).toBe('x')
  })

  it('has nothing when there is no match: that is no error', () => {
    expect(said('{{ dir.login }}', NOBODY)).toBeUndefined()
    expect(said("{{ coalesce(dir.login, 'none') }}", NOBODY)).toBe('none')
    expect(mapped('{{ dir.constructor }}', NOBODY)).toMatchObject({ problems: [] })
  })

  it('can be asked for', () => {
    const template = "{{ dir == '' ? 'nobody' : dir.login }}"
    expect([said(template, FOUND), said(template, NOBODY)]).toEqual(['ada.l', 'nobody'])
    expect([said("{{ '' != dir ? 'yes' : 'no' }}", FOUND), said("{{ '' != dir ? 'yes' : 'no' }}", NOBODY)]).toEqual([
      'yes',
      'no',
    ])
  })

  it('can be translated', () => {
    expect(said({ from: 'dir.login', values: { 'ada.l': 'Countess' } }, FOUND)).toBe('Countess')
    expect(said({ from: '{{ upper(dir.login) }}', values: { 'ADA.L': 'Countess' } }, FOUND)).toBe('Countess')
  })

  it('feeds no field of its own accord', () => {
    const { roleDescription } = mapped('x', new Map([['dir', { lastLoginTimestamp: '2025-01-01' }]])).record
    expect(roleDescription).toBe('x')
    expect(mapped('x', FOUND).record).not.toHaveProperty('lastLoginTimestamp')
  })

  it('does not hide a column of the same name', () => {
    const pass = mappingOf({ roleDescription: "{{ row['dir'] }}{{ dir.login }}" }, { joins: BY_MAIL }).start({
      now: NOW,
    })
    const { record } = pass.map({ at: 'x', fields: { dir: 'own-', email: 'a' } }, FOUND)
    expect(record['roleDescription']).toBe('own-ada.l')
  })

  it.each([
    ['{{ dir }}', /dir stands for a whole row and is read by column/],
    ['{{ dir[email] }}', /dir\[…\] needs the column's name as it is/],
    ['{{ [1].map(dir, dir.login)[0] }}', /cannot be a name of your own/],
  ])('is refused as %s', (template, message) => {
    expect(faultOf(template)).toMatch(message)
  })

  it('says which of its columns are read', () => {
    const { reads } = mappingOf(
      { roleDescription: '{{ dir.login }}{{ dir.b }}' },
      { joins: BY_MAIL, groupBy: 'dir.team' },
    )
    expect(reads.get('dir')?.map(({ column }) => column)).toEqual(['login', 'b', 'team'])
  })
})

function named(as: string): string {
  return faultOf('x', { joins: BY_MAIL.map((join) => ({ ...join, as })) })
}

describe('the name of a join', () => {
  it.each(['my-dir', 'dir 2', '', '2dir'])('%s is none for expressions', (as) => {
    expect(named(as)).toMatch(/join\.0\.as: .* is no name for expressions/)
  })

  it.each(['type', 'in', 'row', 'true', 'null', 'map'])('%s is owned by CEL', (as) => {
    expect(named(as)).toMatch(/join\.0\.as: .* is a name that CEL owns/)
  })

  it('is given once', () => {
    expect(faultOf('x', { joins: [...BY_MAIL, ...BY_MAIL] })).toMatch(/dir is the name of another join/)
  })
})

function keyOf(text: string, fields: Record<string, unknown>): Key {
  const compiled = compileKey({ text, path: ['by'], tables: {}, zone: 'UTC' })
  if ('problems' in compiled) throw new Error(JSON.stringify(compiled.problems))
  return compiled.key.start({ now: NOW })({ at: 'x', fields })
}

describe('a key', () => {
  it('is a column or a template, trimmed text', () => {
    expect(keyOf('Mail Address', { 'Mail Address': ' A@b ' })).toEqual({ text: 'A@b' })
    expect(keyOf('{{ lower(mail) }}', { mail: 'A@b' })).toEqual({ text: 'a@b' })
    expect(keyOf('id', { id: 7 })).toEqual({ text: '7' })
  })

  it('is the item of a list of one, as directories give single values', () => {
    expect(keyOf('mail', { mail: ['a@b'] })).toEqual({ text: 'a@b' })
  })

  it('is empty when there is nothing', () => {
    expect(keyOf('mail', {})).toEqual({ text: '' })
    expect(keyOf('mail', { mail: null })).toEqual({ text: '' })
    expect(keyOf('mail', { mail: [] })).toEqual({ text: '' })
  })

  it('that cannot be computed says why, and quotes nothing', () => {
    expect(keyOf('mail', { mail: ['canary-a', 'canary-b'] })).toMatchObject({ fault: { code: 'wrong-type' } })
    expect(JSON.stringify(keyOf('mail', { mail: ['canary-a', 'canary-b'] }))).not.toContain('canary')
  })

  it('that reads no column is refused', () => {
    expect(compileKey({ text: "{{ 'x' }}", path: ['by'], tables: {}, zone: 'UTC' })).toMatchObject({
      problems: [{ path: ['by'], message: expect.stringContaining('reads no column') }],
    })
  })

  it('of a join may look at joins before it, not at its own', () => {
    const second = { as: 'badge', left: '{{ dir.login }}', path: ['join', 1], keyPath: ['join', 1, 'by'] }
    expect('mapping' in compile({}, { joins: [...BY_MAIL, second] })).toBe(true)
    expect(faultOf('x', { joins: [{ ...second, left: 'badge.x' }] })).toMatch(/joined only after this key is known/)
  })

  it('of a row that has none is absent, and one that cannot be computed is a problem', () => {
    const pass = mappingOf({}, { key: 'mail', elsewhere: ['uniqueId'] }).start({ now: NOW })
    expect(pass.map({ at: 'x', fields: { mail: '' } })).not.toHaveProperty('key')
    expect(pass.map({ at: 'x', fields: { mail: ['a', 'b'] } }).problems).toMatchObject([{ field: 'key' }])
  })
})

describe('a mapping that gives parts', () => {
  const type = typeOf('user_account')
  const elsewhere = type.fieldNames.filter((name) => name !== 'uniqueId')

  it('leaves out what it does not know, and coerces what it does', () => {
    const mapping = mappingOf({ email: '{{ mail }}', status: '{{ state }}', mfaMethods: '{{ mfa }}' }, { elsewhere })
    const { record, problems } = mapping
      .start({ now: NOW })
      .map({ at: 'x', fields: { mail: '', state: 'active', mfa: '' } })
    expect(problems).toEqual([])
    expect(record).toMatchObject({ status: 'ACTIVE' })
    expect(Object.keys(record)).not.toContain('email')
    expect(Object.keys(record)).not.toContain('mfaMethods')
  })

  it('hands over the problems of what it cannot coerce', () => {
    const mapping = mappingOf({ status: '{{ state }}' }, { elsewhere })
    expect(mapping.start({ now: NOW }).map({ at: 'x', fields: { state: 'asleep' } }).problems).toMatchObject([
      { field: 'status', code: 'not-listed' },
    ])
  })

  it('takes null for a field that another source gives, and says that it does not feed it', () => {
    const pass = mappingOf({ displayName: null }, { elsewhere }).start({ now: NOW })
    expect(pass.unfed()).toBeUndefined()
    expect(pass.columns(['uniqueId', 'email'])).toEqual([])
    expect(pass.unfed()?.map(({ path }) => path.join('.'))).toEqual(['map.displayName'])
  })
})
