import { describe, expect, test } from 'vitest'
import { failureOf, readText } from './fixture.ts'

async function faultOf(text: string, options: Record<string, unknown> = {}, file = 'people.json'): Promise<string> {
  const { proof, rows } = await readText(text, options, { file })
  expect(proof).toMatchObject({ complete: false, rows: rows.length })
  expect(proof?.evidence).not.toContain('hush')
  return proof?.evidence ?? ''
}

describe('a document that is not whole, or not JSON, is incomplete', () => {
  test.each([
    ['nothing', '', 'people.json has nothing in it'],
    ['blanks', ' \n ', 'people.json has nothing in it'],
    [
      'a list that is not closed',
      '[{"id":1},\n{"id":2}',
      'ends too early, in line 2: a comma or the end of the list is expected',
    ],
    ['a list that ends behind a comma', '[{"id":1},', 'ends too early, in line 1: an object is expected'],
    ['an object cut off', '[{"id":1},\n{"id":"hush', 'ends too early: within the value that starts in line 2'],
    ['a comma too many', '[{"id":1},]', 'is no JSON in line 1: an object is expected'],
    ['two commas', '[{"id":1},,{"id":2}]', 'is no JSON in line 1: an object is expected'],
    ['a comma too few', '[{"id":1}{"id":2}]', 'is no JSON in line 1: a comma or the end of the list is expected'],
    ['the wrong bracket', '[{"id":1}}', 'is no JSON in line 1: a comma or the end of the list is expected'],
    ['brackets crossed within an object', '[{"id":[1}]]', 'is no JSON at [0], line 1'],
    ['a word within an object', '[{"id":1},\n{"id":hush}]', 'is no JSON at [1], line 2'],
    ['a line break within text', '[{"id":"hu\nsh"}]', 'is no JSON at [0], line 1'],
    ['single quotes', "[{'id':1}]", 'is no JSON at [0], line 1'],
    ['two documents', '[{"id":1}]\n[{"id":2}]', 'goes on in line 2 after its end: only one document may be in it'],
    ['a word after the end', '[{"id":1}] hush', 'goes on in line 1 after its end'],
    [
      'lines of documents',
      '{"id":1}\n{"id":2}\n',
      'has an object at its top, line 1, where a list is expected; say with `rows`',
    ],
    ['a text', '"hush"', 'has text at its top, line 1, where a list is expected'],
    ['a word', 'hush', 'is no JSON in line 1: a list is expected'],
    ['a number as a row', '[{"id":1},\n7]', 'has a number at [1], line 2, not an object'],
    ['null as a row', '[null]', 'has null at [0], line 1, not an object'],
    ['a list as a row', '[{"id":1},["hush"]]', 'has a list at [1], line 1, not an object'],
    ['a row too deep', `[{"a":${'['.repeat(600)}${']'.repeat(600)}}]`, 'is nested deeper than 500 in line 1'],
    ['a row too long', `[{"a":"${'x'.repeat(11 * 2 ** 20)}"}]`, 'has a value in line 1 that is longer than 10 MiB'],
  ])('%s', async (_, text, message) => {
    expect(await faultOf(text)).toContain(message)
  })
})

describe('what stands around the list is proven too', () => {
  const rows = 'data.items'
  test.each([
    [
      'no such key',
      '{"data":{"itmes":[{"id":1}]}}',
      'has no "data.items": the object that ends in line 1 lacks it; did you mean "itmes"?',
    ],
    ['no such key above', '{"x":{"items":[]}}', 'has no "data": the object that ends in line 1 lacks it'],
    ['null in its place', '{"data":{"items":null}}', 'has null at "data.items", line 1, where a list is expected'],
    [
      'an object in its place',
      '{"data":{\n"items":{}}}',
      'has an object at "data.items", line 2, where a list is expected',
    ],
    ['a list above it', '{"data":[{"items":[]}]}', 'has a list at "data", line 1, where an object is expected'],
    ['a list at the top', '[{"id":1}]', 'has a list at its top, line 1, where an object is expected'],
    ['the key twice', '{"data":{"items":[{"id":1}],\n"items":[]}}', 'has "data.items" twice, the second in line 2'],
    ['a key above it twice', '{"data":{"items":[]},"data":{"items":[]}}', 'has "data" twice'],
    [
      'cut after the list',
      '{"data":{"items":[{"id":1}]',
      'ends too early, in line 1: a comma or the end of the object is expected',
    ],
    ['cut after the object', '{"data":{"items":[{"id":1}]}', 'ends too early, in line 1'],
    ['a wrong word before it', '{"meta":hush,"data":{"items":[]}}', 'is no JSON in line 1: a value is expected'],
    ['a wrong number before it', '{"meta":[1,01],"data":{"items":[]}}', 'is no JSON in line 1: a value is expected'],
    ['a wrong text behind it', '{"data":{"items":[]},"z":"\\hush"}', 'is no JSON in line 1: a value is expected'],
    ['no colon behind it', '{"data":{"items":[]},"z" 1}', 'is no JSON in line 1: a colon is expected'],
    ['no key behind it', '{"data":{"items":[]},7:1}', 'is no JSON in line 1: a key in quotes is expected'],
    ['a comma too many behind it', '{"data":{"items":[]},}', 'is no JSON in line 1: a key in quotes is expected'],
    ['too deep behind it', `{"data":{"items":[]},"z":${'['.repeat(600)}`, 'is nested deeper than 500'],
  ])('%s', async (_, text, message) => {
    expect(await faultOf(text, { rows })).toContain(message)
  })

  test.each([
    [
      'stands behind the list',
      '{"a":[{"id":1}],"host":"hush"}',
      'has "host", which `keep` names, behind the list in line 1',
    ],
    ['is an object', '{"host":{"name":"hush"},"a":[{"id":1}]}', 'has an object or a list at "host" in line 1'],
    [
      'is in the row too',
      '{"host":"hush","a":[{"host":1}]}',
      'has "host", which `keep` names, also in its row at [0], line 1',
    ],
    ['is nowhere', '{"a":[{"id":1}]}', 'has no "host" around its rows, which `keep` names'],
    [
      'is there twice',
      '{"host":1,"host":2,"a":[{"id":1}]}',
      'has "host", which `keep` names, in more than one object around a row',
    ],
  ])('what keep names and %s', async (_, text, message) => {
    expect(await faultOf(text, { rows: 'a', keep: ['host'] })).toContain(message)
  })
})

describe('lines', () => {
  test.each([
    ['no JSON', '{"id":1}\nhush\n', 'people.ndjson:2 is no JSON: a character stands where none may'],
    ['a row cut off', '{"id":1}\n{"id":"hush', 'people.ndjson:2 breaks off: it is no JSON: it ends too early'],
    ['a list', '[{"id":1}]\n', 'people.ndjson:1 is a list of 1 item, not a JSON object'],
    [
      'one document over several lines',
      '{\n"id":1}\n',
      'people.ndjson:1 is no JSON: it ends too early in column 2; if the file is one document, set `format: document`',
    ],
    [
      'a row after the end line',
      '{"vanta-sync":{"complete":true,"rows":0}}\n{"id":1}\n',
      'people.ndjson:2 follows the end line',
    ],
  ])('%s', async (_, text, message) => {
    expect(await faultOf(text, {}, 'people.ndjson')).toContain(message)
  })
})

describe('options that contradict each other are a mistake of the configuration', () => {
  test.each([
    ['rows for lines', { rows: 'data' }, 'people.json', { format: 'lines' }],
    ['keep for lines', { keep: ['a'] }, 'people.ndjson', {}],
    ['an end line for a document', { endLine: true }, 'people.json', {}],
  ])('%s', async (_, options, file, more) => {
    expect(await failureOf(readText('[]', { ...options, ...more }, { file }))).toMatchObject({
      code: 'json-options',
      exitCode: 78,
    })
  })

  test.each([[''], ['.'], ['a..b'], ['.a'], ['a.'], ['a[0]'], ['a['], ['[]'], ['/']])('rows: %j', async (rows) => {
    await expect(readText('[]', { rows })).rejects.toThrow('the options of the test are wrong')
  })

  test('a pointer with a lone tilde', async () => {
    expect(await failureOf(readText('{"a~":[]}', { rows: '/a~' }))).toMatchObject({ code: 'json-rows', exitCode: 78 })
  })
})
