/** A browser as far as the server can tell: it keeps cookies, follows nothing, and sends forms of pages that it saw. */
export interface Browser {
  /** What it holds, as `name=value`. */
  cookie: string | undefined
  /** The token in the page seen last. */
  csrf: string
  get(path: string, headers?: Record<string, string>): Promise<Seen>
  /** The page's token goes with it, unless the fields have one. */
  post(path: string, fields?: Record<string, string>, headers?: Record<string, string>): Promise<Seen>
  login(name: string, password: string): Promise<Seen>
}

export interface Seen {
  readonly status: number
  readonly text: string
  readonly location: string | null
  readonly headers: Headers
}

export function createBrowser(url: string): Browser {
  async function send(path: string, init: RequestInit, headers: Record<string, string>): Promise<Seen> {
    const cookie = browser.cookie === undefined ? {} : { cookie: browser.cookie }
    const response = await fetch(`${url}${path}`, {
      ...init,
      redirect: 'manual',
      headers: { accept: 'text/html', ...cookie, ...headers },
    })
    const [set] = response.headers.getSetCookie()
    if (set !== undefined) browser.cookie = /Max-Age=0/i.test(set) ? undefined : set.split(';')[0]
    const text = await response.text()
    browser.csrf = /name="csrf" value="([^"]*)"/.exec(text)?.[1] ?? browser.csrf
    return { status: response.status, text, location: response.headers.get('location'), headers: response.headers }
  }

  const browser: Browser = {
    cookie: undefined,
    csrf: '',
    get: (path, headers = {}) => send(path, {}, headers),
    post: (path, fields = {}, headers = {}) =>
      send(
        path,
        { method: 'POST', body: new URLSearchParams({ csrf: browser.csrf, ...fields }) },
        { origin: url, 'sec-fetch-site': 'same-origin', ...headers },
      ),
    async login(name, password) {
      await browser.get('/login')
      const seen = await browser.post('/login', { name, password, next: '/' })
      await browser.get('/')
      return seen
    },
  }
  return browser
}

export function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` }
}

export function basic(name: string, password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` }
}
