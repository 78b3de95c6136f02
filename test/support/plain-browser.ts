/** What a browser without JavaScript does: follows links, keeps cookies, fills and sends forms. */

export interface Page {
  readonly status: number
  readonly path: string
  readonly text: string
  /** Forms that send by POST, by the words on their button. */
  form(button: string): Form
}

export interface Form {
  readonly action: string
  /** Fields with the values that they have. */
  readonly fields: Readonly<Record<string, string>>
}

export interface PlainBrowser {
  open(path: string): Promise<Page>
  /** Fills in and sends; follows where it leads. */
  send(form: Form, fields: Readonly<Record<string, string>>): Promise<Page>
}

const MOST_REDIRECTS = 5

export function createPlainBrowser(url: string): PlainBrowser {
  const cookies = new Map<string, string>()

  async function go(method: string, path: string, body?: URLSearchParams): Promise<Response> {
    const response = await fetch(new URL(path, url), {
      method,
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        // As browsers send them with a form of the same page.
        ...(body === undefined ? {} : { origin: url, 'sec-fetch-site': 'same-origin' }),
      },
      ...(body === undefined ? {} : { body }),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      cookies.set(name, value)
    }
    return response
  }

  async function follow(first: Response, from: string): Promise<Page> {
    let [response, path] = [first, from]
    for (let hops = 0; response.status >= 300 && response.status < 400; hops++) {
      if (hops === MOST_REDIRECTS) throw new Error(`redirected in a circle at ${path}`)
      path = response.headers.get('location') ?? ''
      await response.body?.cancel()
      response = await go('GET', path)
    }
    return pageOf(response.status, path, await response.text())
  }

  return {
    open: async (path) => follow(await go('GET', path), path),
    send: async ({ action, fields }, filled) =>
      follow(await go('POST', action, new URLSearchParams({ ...fields, ...filled })), action),
  }
}

function pageOf(status: number, path: string, text: string): Page {
  const forms = [...text.matchAll(/<form method="post" action="([^"]*)">([\s\S]*?)<\/form>/g)]
  return {
    status,
    path,
    text,
    form(button) {
      const found = forms.find(([, , content = '']) => content.includes(`>${button}</button>`))
      if (found === undefined) throw new Error(`no form on ${path} has the button ${button}: ${text}`)
      const [, action = '', content = ''] = found
      const inputs = [...content.matchAll(/<input[^>]*\bname="([^"]*)"[^>]*?(?:\bvalue="([^"]*)")?>/g)]
      return { action, fields: Object.fromEntries(inputs.map(([, name = '', value = '']) => [name, value])) }
    },
  }
}
