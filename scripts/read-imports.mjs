// Finds what a TypeScript file imports, type imports included, without a parser: the compiler of TypeScript 7 has no
// JavaScript API. It splits the text into words, strings and signs, which is enough because an import is a statement
// that begins with a keyword and names its module in one string.

const TOKEN =
  /(?<skip>\s+|\/\/[^\n]*|\/\*[^]*?\*\/)|(?<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")|(?<word>[\p{L}_$#][\p{L}\p{N}_$]*)|(?<number>\d[\w.]*)|(?<sign>[^])/uy
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/\w*/uy
/** After one of these words a slash begins a regular expression; after any other word it divides. */
const BEFORE_REGEX = new Set(['return', 'typeof', 'case', 'in', 'of', 'do', 'else', 'await', 'yield', 'void', 'delete'])

/**
 * @param {string} text of a TypeScript or JavaScript file
 * @returns {{ specifier: string, line: number }[]} in order of appearance
 */
export function readImports(text) {
  const tokens = tokenize(text)
  const found = []
  for (let i = 0; i < tokens.length; i += 1) {
    const target = isKeyword(tokens, i) && findTarget(tokens, i)
    if (target) found.push({ specifier: target.text.slice(1, -1), line: lineOf(text, tokens[i].index) })
  }
  return found
}

function isKeyword(tokens, i) {
  const { kind, text } = tokens[i]
  return kind === 'word' && (text === 'import' || text === 'export') && tokens[i - 1]?.text !== '.'
}

/** The string that an `import` or `export` at `i` names, if it names one. */
function findTarget(tokens, i) {
  const next = tokens[i + 1]
  if (next?.kind === 'string' && tokens[i].text === 'import') return next
  if (next?.text === '(') return tokens[i + 2]?.kind === 'string' ? tokens[i + 2] : undefined
  for (let j = i + 1; j < tokens.length; j += 1) {
    const { kind, text } = tokens[j]
    if (text === 'from' && tokens[j + 1]?.kind === 'string') return tokens[j + 1]
    const inClause =
      kind === 'word' || kind === 'string' || text === '{' || text === '}' || text === ',' || text === '*'
    if (!inClause) return undefined
  }
  return undefined
}

function tokenize(text) {
  const tokens = []
  /** Depth of braces inside each `${` that is open. */
  const templates = []
  let index = 0
  while (index < text.length) {
    const token = nextToken(text, index, tokens.at(-1), templates)
    if (token.kind !== 'skip') tokens.push(token)
    index = token.end
  }
  return tokens
}

function nextToken(text, index, previous, templates) {
  const sign = text[index]
  if (sign === '`') return templateToken(text, index, templates)
  if (sign === '}' && templates.at(-1) === 0) {
    templates.pop()
    return templateToken(text, index, templates)
  }
  if (sign === '{' && templates.length > 0) templates[templates.length - 1] += 1
  if (sign === '}' && templates.length > 0) templates[templates.length - 1] -= 1
  const regex =
    sign === '/' && !/[/*]/.test(text[index + 1] ?? '') && mayBeginRegex(previous) && matchAt(REGEX, text, index)
  if (regex) return { kind: 'regex', text: regex[0], index, end: index + regex[0].length }
  const match = matchAt(TOKEN, text, index)
  const kind = Object.keys(match.groups).find((name) => match.groups[name] !== undefined)
  return { kind, text: match[0], index, end: index + match[0].length }
}

/** From a backtick, or the brace that ends a substitution, to the end of the template or to its next `${`. */
function templateToken(text, index, templates) {
  let end = index + 1
  while (end < text.length && text[end] !== '`') {
    if (text.startsWith('${', end)) {
      templates.push(0)
      return { kind: 'template', text: '', index, end: end + 2 }
    }
    end += text[end] === '\\' ? 2 : 1
  }
  return { kind: 'template', text: '', index, end: end + 1 }
}

function mayBeginRegex(previous) {
  if (!previous) return true
  if (previous.kind === 'word') return BEFORE_REGEX.has(previous.text)
  return previous.kind === 'sign' && previous.text !== ')' && previous.text !== ']' && previous.text !== '}'
}

function matchAt(pattern, text, index) {
  pattern.lastIndex = index
  return pattern.exec(text)
}

function lineOf(text, index) {
  let line = 1
  for (let at = text.indexOf('\n'); at !== -1 && at < index; at = text.indexOf('\n', at + 1)) line += 1
  return line
}
