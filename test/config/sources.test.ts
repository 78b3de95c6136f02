import { describe, expect, it } from 'vitest'
import { edited, GOOD, loadSettings, mistakes as linesOf } from './fixture.ts'

const JOINED = edited(
  '        with: {}\n',
  `        join:
          - connector: export
            as: dir
            by: { left: "{{ lower(email) }}", right: "{{ lower(mail) }}" }
`,
)

const TWO = edited(
  '    merge: error\n',
  `      - connector: export
        map: { uniqueId: "{{ id }}" }
    merge: join
`,
)

/** Without the name of the file, which is always the same. */
async function mistakes(text: string): Promise<readonly string[]> {
  return (await linesOf(text)).map((line) => line.replace('vanta.config.yaml:', ''))
}

async function source(text: string) {
  const settings = await loadSettings(text)
  return settings.resources[0]?.sources[0]
}

describe('a joined source', () => {
  it('is read with its keys and what happens to rows that it has nothing for', async () => {
    const [join] = (await source(JOINED))?.joins ?? []
    expect(join).toMatchObject({ as: 'dir', missing: 'keep', name: 'export (from[0].join[0])' })
    expect(join?.key.start({ now: 0 })({ at: 'x', fields: { mail: 'A@b' } })).toEqual({ text: 'a@b' })
    const invalid = edited('as: dir', 'as: dir\n            missing: invalid', JOINED)
    expect((await source(invalid))?.joins?.[0]?.missing).toBe('invalid')
  })

  it('is known by the name of its connector, and may share a key by name', async () => {
    const short = edited('by: { left: "{{ lower(email) }}", right: "{{ lower(mail) }}" }', 'by: E-Mail', JOINED)
    const [join] = (await source(edited('            as: dir\n', '', short)))?.joins ?? []
    expect(join).toMatchObject({ as: 'export' })
    expect(join?.key.columns.map(({ column }) => column)).toEqual(['E-Mail'])
  })

  it('may be written without the brackets of a list', async () => {
    const single = edited(
      '        with: {}\n',
      '        join: { connector: export, as: dir, by: email }\n        with: {}\n',
    )
    expect((await source(single))?.joins).toHaveLength(1)
  })

  it('uses its connector, so that nobody warns that it is unused', async () => {
    const text = edited('resources:', '  other: { use: csv, with: { path: ./b.csv } }\nresources:', JOINED)
    const used = edited('- connector: export\n            as', '- connector: other\n            as', text)
    expect((await loadSettings(text)).warnings.join()).toContain('connectors.other')
    expect((await loadSettings(used)).warnings.join()).not.toContain('connectors.other')
  })

  it('has options of its own, laid over those of its connector', async () => {
    const text = edited('as: dir', 'as: dir\n            with: { path: ./directory.csv }', JOINED)
    const options = await (await source(text))?.joins?.[0]?.options()
    expect(options).toMatchObject({ path: expect.stringMatching(/directory\.csv$/) })
  })

  const at = 'resources.people.from[0].join[0]'

  it.each([
    [
      'has no key',
      edited(/ {12}by: .*\n/.exec(JOINED)?.[0] ?? '', '', JOINED),
      [`20:13 ${at}.by: is missing; expected text or an object`],
    ],
    [
      'has half of a key',
      edited(', right: "{{ lower(mail) }}"', '', JOINED),
      [`22:13 ${at}.by.right: is missing; expected text`],
    ],
    [
      'has a key with a misspelt side',
      edited('right: ', 'rihgt: ', JOINED),
      [`22:47 ${at}.by.rihgt: unknown key "rihgt"; did you mean "right"?`],
    ],
    [
      'names no connector of the file',
      edited('connector: export\n            as', 'connector: exprot\n            as', JOINED),
      [
        `20:24 ${at}.connector: is no connector of this file; expected a name under connectors: export; did you mean "export"?`,
      ],
    ],
    [
      'has a name that is none for expressions',
      edited('as: dir', 'as: my-dir', JOINED),
      [
        `21:17 ${at}.as: "my-dir" is no name for expressions; expected letters, digits and "_", the first no digit, as in "dir"`,
      ],
    ],
    [
      'has a left key that is no CEL',
      edited('"{{ lower(email) }}"', '"{{ lower(email }}"', JOINED),
      [expect.stringMatching(/^22:25 .*\.by\.left: .*is no CEL/)],
    ],
    [
      'has a right key that reads nothing',
      edited('"{{ lower(mail) }}"', '"{{ \'x\' }}"', JOINED),
      [expect.stringMatching(/^22:54 .*\.by\.right: reads no column, so that every row would have the same key/)],
    ],
    [
      'has wrong options',
      edited('as: dir', 'as: dir\n            with: { pahth: x }', JOINED),
      [expect.stringMatching(/^22:21 .*join\[0\]\.with\.pahth: .*did you mean "path"\?/)],
    ],
    [
      'is told to do something else with rows without a match',
      edited('as: dir', 'as: dir\n            missing: drop', JOINED),
      [`22:22 ${at}.missing: is text of 4 characters, and none of the known values; expected one of keep, invalid`],
    ],
    [
      'has no name to read it by',
      edited('authMethod: SSO', 'authMethod: "{{ dri.x }}{{ dir }}"', JOINED),
      [expect.stringMatching(/map\.authMethod: dir stands for a whole row and is read by column/)],
    ],
  ])('%s: that is said with its place', async (_what, text, expected) => {
    expect(await mistakes(text)).toEqual(expected)
  })
})

describe('several sources of one resource', () => {
  it('give parts of records when their fields are joined', async () => {
    const settings = await loadSettings(TWO)
    expect(settings.resources[0]?.merge).toBe('join')
    const mappings = settings.resources[0]?.sources.map(({ mapping }) => [mapping.givesParts, mapping.hasKey])
    expect(mappings).toEqual([
      [true, false],
      [true, false],
    ])
  })

  it('that use one connector are told apart by their place', async () => {
    const settings = await loadSettings(TWO)
    expect(settings.resources[0]?.sources.map(({ name }) => name)).toEqual(['export (from[0])', 'export (from[1])'])
  })

  it('may share a key', async () => {
    const keyed = TWO.replace('with: {}', 'key: "{{ lower(email) }}"').replace(
      'map: { uniq',
      'key: email\n        map: { uniq',
    )
    const settings = await loadSettings(keyed)
    expect(settings.resources[0]?.sources.map(({ mapping }) => mapping.hasKey)).toEqual([true, true])
    const first = await loadSettings(keyed.replace('merge: join', 'merge: first'))
    expect(first.resources[0]?.sources.map(({ mapping }) => mapping.givesParts)).toEqual([true, true])
  })

  it('have all a key, or none', async () => {
    expect(await mistakes(TWO.replace('with: {}', 'key: email'))).toEqual([
      '23:9 resources.people.from[1].key: is missing, and another source of the resource has one; expected a column, or a template "{{ … }}"; or no key in any of them',
    ])
  })

  it('a key of one source alone is warned about, and does nothing', async () => {
    const settings = await loadSettings(edited('with: {}', 'key: email'))
    expect(settings.warnings.join()).toMatch(/from\[0\]\.key: matches nothing: the resource has one source/)
    expect(settings.resources[0]?.sources[0]?.mapping.hasKey).toBe(false)
  })

  it('a key without quotes is recognised', async () => {
    expect(await mistakes(TWO.replace('with: {}', 'key: {{ email }}'))).toContainEqual(
      expect.stringMatching(/^19:14 .*from\[0\]\.key: .*without quotes.*expected quotes around it/),
    )
  })

  it('alone, one source gives whole records whatever the policy is', async () => {
    expect((await source(GOOD.replace('merge: error', 'merge: join')))?.mapping.givesParts).toBe(false)
  })
})
