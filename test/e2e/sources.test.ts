import { appendFile, chmod, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { csvOf, type Office, offices, type Open, only, people, person } from '../support/cli.ts'

async function pushed(open: Open, count: number, resource = ''): Promise<Office> {
  const office = await open({ people: people(count), resource })
  expect((await office.cli('run')).code).toBe(0)
  return office
}

function puts(office: Office): number {
  return office.requests().filter((line) => line.startsWith('PUT')).length
}

async function expectsTwelve(office: Office, name: RegExp, command = 'run'): Promise<void> {
  const document = await office.json(command)
  expect(document).toMatchObject({ outcome: 'failed', exitCode: 12 })
  const { error } = only(document)
  expect(`${error?.message} ${error?.hint}`).toMatch(name)
  expect(puts(office)).toBe(1)
  expect(office.held()).toHaveLength(30)
}

describe.concurrent('a source that did not prove itself complete exits 12, and nothing is pushed', () => {
  it('the file is missing', () =>
    offices(async (open) => {
      const office = await pushed(open, 30)
      await rm(join(office.folder, 'people.csv'))
      await expectsTwelve(office, /people\.csv/, 'plan')
      await expectsTwelve(office, /people\.csv/)
    }))

  it.skipIf(process.getuid?.() === 0)('the file may not be read', () =>
    offices(async (open) => {
      const office = await pushed(open, 30)
      await chmod(join(office.folder, 'people.csv'), 0o000)
      await expectsTwelve(office, /people\.csv.*permission/)
    }),
  )

  it('a folder stands in the place of the file', () =>
    offices(async (open) => {
      const office = await pushed(open, 30)
      await rm(join(office.folder, 'people.csv'))
      await office.write('people.csv/inner.csv', 'uniqueId\n')
      await expectsTwelve(office, /people\.csv/)
    }))

  it('the file is cut inside a quoted field', () =>
    offices(async (open) => {
      const office = await pushed(open, 30)
      const whole = csvOf(people(30))
      await office.write('people.csv', whole.slice(0, whole.lastIndexOf('PUSH_PROMPT') + 5))
      await expectsTwelve(office, /people\.csv/)
    }))

  it('a row has fewer cells than the header', () =>
    offices(async (open) => {
      const office = await pushed(open, 30)
      await office.write('people.csv', `${csvOf(people(29))}E-1030,https://hr.example.com\n`)
      await expectsTwelve(office, /people\.csv:31/)
    }))

  it('the file is not UTF-8', () =>
    offices(async (open) => {
      const office = await pushed(open, 30)
      await office.write(
        'people.csv',
        Buffer.from(csvOf([...people(29), person(30, { fullName: 'Jürgen' })]), 'latin1'),
      )
      await expectsTwelve(office, /Windows-1252/)
    }))

  it('the file grows while it is read', () =>
    offices(async (open) => {
      const office = await pushed(open, 30)
      const path = join(office.folder, 'people.csv')
      await office.write('people.csv', csvOf(people(30)), { fresh: true })
      const running = office.start('--json', 'run')
      let number = 31
      const growing = setInterval(() => void appendFile(path, csvOf([person(number++)]).split('\n')[1] + '\n'), 200)
      try {
        const { code } = await running.result
        expect(code).toBe(12)
      } finally {
        clearInterval(growing)
      }
      expect(puts(office)).toBe(1)
      expect(office.held()).toHaveLength(30)
    }))

  it('a required field has neither a column nor a mapping', () =>
    offices(async (open) => {
      const office = await pushed(open, 30)
      await office.write('people.csv', csvOf(people(30)).replace('displayName', 'display'))
      const document = await office.json('run')
      expect(document.exitCode).toBe(12)
      expect(only(document).error?.message).toContain('displayName')
      expect(puts(office)).toBe(1)
    }))
})

describe.concurrent('a bad record never deletes a person', () => {
  it('one without e-mail stays in Vanta as last accepted: exit 0, degraded, with the line and the field', () =>
    offices(async (open) => {
      const office = await pushed(open, 40)
      await office.export([...people(5), person(6, { email: '', displayName: 'New name' }), ...people(34, 7)])
      const document = await office.json('run')
      expect(document).toMatchObject({ outcome: 'degraded', exitCode: 0 })
      const resource = only(document)
      expect(resource.records).toMatchObject({
        read: 40,
        valid: 39,
        invalid: 1,
        carriedForward: 1,
        dropped: 0,
        pushed: 40,
      })
      expect(resource.problems).toEqual([
        expect.objectContaining({ at: 'people.csv:7', field: 'email', uniqueId: 'E-1006' }),
      ])
      expect(office.held()).toContain('E-1006')
      const rows = office.sandbox.control.state().resources.flatMap(({ records }) => records)
      expect(rows.find((row) => row['uniqueId'] === 'E-1006')).toMatchObject({
        email: 'person6@example.com',
        displayName: 'Person 6',
      })
    }))

  it('the text of a run says degraded, and names the line and the field', () =>
    offices(async (open) => {
      const office = await pushed(open, 40)
      await office.export([...people(5), person(6, { email: '' }), ...people(34, 7)])
      const { code, stdout } = await office.cli('run')
      expect(code).toBe(0)
      expect(stdout).toContain('degraded')
      expect(stdout).toContain('people.csv:7')
      expect(stdout).toContain('email')
    }))

  it('a new hire without e-mail is left out and named', () =>
    offices(async (open) => {
      const office = await pushed(open, 40)
      await office.export([...people(40), person(41, { email: '' })])
      const document = await office.json('run')
      expect(document).toMatchObject({ outcome: 'degraded', exitCode: 0 })
      expect(only(document).records).toMatchObject({ invalid: 1, carriedForward: 0, dropped: 1, pushed: 40 })
      expect(only(document).problems).toEqual([
        expect.objectContaining({ at: 'people.csv:42', uniqueId: 'E-1041', field: 'email' }),
      ])
      expect(office.held()).toHaveLength(40)
    }))

  it('a row without an id while another person left could be that person: exit 10', () =>
    offices(async (open) => {
      const office = await pushed(open, 40)
      await office.export([...people(39), person(40, { uniqueId: '' })])
      const document = await office.json('run')
      expect(document).toMatchObject({ outcome: 'failed', exitCode: 10 })
      expect(only(document).problems).toEqual([expect.objectContaining({ at: 'people.csv:41', field: 'uniqueId' })])
      expect(office.held()).toHaveLength(40)
    }))

  it('a row without an id while nobody left is left out and reported', () =>
    offices(async (open) => {
      const office = await pushed(open, 40)
      await office.export([...people(40), person(41, { uniqueId: '' })])
      const document = await office.json('run')
      expect(document).toMatchObject({ outcome: 'degraded', exitCode: 0 })
      expect(office.held()).toHaveLength(40)
    }))

  it('two different rows of one id are one invalid record, with both places', () =>
    offices(async (open) => {
      const office = await pushed(open, 40)
      await office.export([...people(40), person(3, { displayName: 'Another' })])
      const document = await office.json('run')
      expect(document).toMatchObject({ outcome: 'degraded', exitCode: 0 })
      const [problem] = only(document).problems ?? []
      expect(problem).toMatchObject({ code: 'duplicate-id', uniqueId: 'E-1003' })
      expect(JSON.stringify(problem)).toMatch(/people\.csv:4\b.*people\.csv:42|people\.csv:42.*people\.csv:4\b/)
      expect(office.held()).toHaveLength(40)
    }))

  it('onInvalid: block refuses the whole set: exit 10', () =>
    offices(async (open) => {
      const office = await pushed(open, 40, '    onInvalid: block\n')
      await office.export([...people(39), person(40, { email: '' })])
      expect((await office.json('run')).exitCode).toBe(10)
      expect(puts(office)).toBe(1)
    }))

  it('onInvalid: drop lets the person go', () =>
    offices(async (open) => {
      const office = await pushed(open, 40, '    onInvalid: drop\n')
      await office.export([...people(39), person(40, { email: '' })])
      const document = await office.json('run')
      expect(document.exitCode).toBe(0)
      expect(only(document).changes).toMatchObject({ removed: 1 })
      expect(office.held()).toHaveLength(39)
    }))
})
