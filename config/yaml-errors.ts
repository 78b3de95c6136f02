import type { ErrorCode } from 'yaml'

/** What went wrong in YAML's own terms. The parser's messages are not used: some repeat what the file says. */
export interface YamlSentence {
  readonly message: string
  readonly expected?: string
}

const SENTENCES: Readonly<Partial<Record<ErrorCode, YamlSentence>>> = {
  ALIAS_PROPS: { message: 'an alias (*name) carries an anchor or a tag of its own', expected: 'the alias alone' },
  BAD_ALIAS: {
    message: 'this alias (*name) or anchor (&name) is not one',
    expected: 'a name directly after * or &, or quotes',
  },
  BAD_COLLECTION_TYPE: { message: 'the tag does not fit the value', expected: 'the value without a tag' },
  BAD_DIRECTIVE: { message: 'this % directive is not one that YAML knows' },
  BAD_DQ_ESCAPE: {
    message: 'an escape in double quotes is not one that YAML knows',
    expected: 'single quotes, or \\\\ for a backslash',
  },
  BAD_INDENT: {
    message: 'the indentation does not fit the lines above, or a bracket or brace before it is not closed',
  },
  BAD_PROP_ORDER: { message: 'an anchor or a tag stands in the wrong place', expected: 'it directly before its value' },
  BAD_SCALAR_START: { message: 'a value begins with a character that YAML reserves', expected: 'the value in quotes' },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'a second "key:" stands on this line',
    expected: 'a line of its own, or quotes around the value',
  },
  BLOCK_IN_FLOW: { message: 'a block of lines stands inside brackets or braces' },
  DUPLICATE_KEY: { message: 'the key stands here a second time', expected: 'each key once' },
  KEY_OVER_1024_CHARS: { message: 'a key is longer than 1,024 characters' },
  MISSING_CHAR: {
    message: 'a character is missing here',
    expected: 'a ":", a comma, a space, or the quote that ends a text',
  },
  MULTILINE_IMPLICIT_KEY: { message: 'a key runs over several lines', expected: 'a ":" after the key on its own line' },
  MULTIPLE_ANCHORS: { message: 'a value has two anchors', expected: 'one' },
  MULTIPLE_DOCS: { message: 'a second document begins here', expected: 'one document in the file' },
  MULTIPLE_TAGS: { message: 'a value has two tags', expected: 'none' },
  RESOURCE_EXHAUSTION: { message: 'is nested too deeply' },
  TAB_AS_INDENT: { message: 'a tab indents this line', expected: 'spaces' },
  TAG_RESOLVE_FAILED: { message: 'the tag (!name) is not one that is known here', expected: 'the value without a tag' },
  UNEXPECTED_TOKEN: {
    message: 'something stands here that YAML does not expect',
    expected: 'quotes around a value that holds { } [ ] , # or :',
  },
}

export function yamlSentence(code: ErrorCode): YamlSentence {
  return SENTENCES[code] ?? { message: `is not valid YAML (${code})` }
}
