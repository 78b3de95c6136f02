/** Where a value stands in the configuration: keys and list positions from the top. */
export type Path = readonly (string | number)[]

/** The path as text that two equal paths share; unlike `sayPath` it tells every two different ones apart. */
export function pathKey(path: Path): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** The inverse of `pathKey`; positions in lists come back as text. */
export function stepsOf(key: string): readonly string[] {
  return key
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** `resources.people.from[0].map`, for people. */
export function sayPath(path: Path): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else text += text === '' ? sayKey(step) : `.${sayKey(step)}`
  }
  return text
}

/** A key as a message may show it. One that looks like a pasted credential, or like no name at all, is not repeated. */
export function sayKey(key: string): string {
  if (/^v(?:ci|cs|at|rt|ac)_/.test(key)) return '[key that looks like a credential]'
  if (key === '<<' || /^[\p{L}\p{N}_$][\p{L}\p{N} _.@$/-]{0,63}$/u.test(key)) return key
  return `[key of ${key.length} characters]`
}
