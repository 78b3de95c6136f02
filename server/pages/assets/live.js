// What the page is without this file, kept true while it is open: the content is fetched again when something happens,
// and ages are counted on. Whatever fails here fails silently: the page is whole without it.
;(() => {
  const main = document.querySelector('main')
  const said = document.getElementById('said')
  if (!main) return

  const UNITS = [
    [86400, 'd', 3600, 'h'],
    [3600, 'h', 60, 'min'],
    [60, 'min', 0, ''],
  ]

  /** `5 min`, `3 h 5 min`: the words of the server. */
  function duration(seconds) {
    const [size, unit, smaller, minor] = UNITS.find(([each]) => seconds >= each) || UNITS[2]
    const rest = smaller === 0 ? 0 : Math.floor((seconds % size) / smaller)
    return `${Math.floor(seconds / size)} ${unit}${rest === 0 ? '' : ` ${rest} ${minor}`}`
  }

  function ageText(seconds) {
    if (Math.abs(seconds) < 60) return seconds <= 0 ? 'just now' : 'within a minute'
    return seconds < 0 ? `${duration(-seconds)} ago` : `in ${duration(seconds)}`
  }

  /** The clock of the server is the one that counts: `skew` is how far ours is ahead of it. */
  let skew = 0
  function tellAges() {
    for (const time of document.querySelectorAll('time[data-age]')) {
      const seconds = (Date.parse(time.dateTime) - (Date.now() - skew)) / 1000
      const text = ageText(seconds)
      if (time.textContent !== text) time.textContent = text
    }
  }

  /** Somebody is writing, or has written what is not sent yet. */
  function isBusy() {
    const field = document.activeElement
    if (field && main.contains(field) && /^(INPUT|TEXTAREA|SELECT)$/.test(field.tagName)) return true
    for (const each of main.querySelectorAll('textarea, input:not([type=hidden])')) {
      if (each.value !== each.defaultValue) return true
    }
    for (const each of main.querySelectorAll('option')) {
      if (each.selected !== each.defaultSelected && main.querySelector('option[selected]')) return true
    }
    return String(document.getSelection()) !== ''
  }

  /** Where an element is, in words that find it again in new content. */
  function pathOf(element) {
    if (element.id) return `#${CSS.escape(element.id)}`
    const parts = []
    for (let each = element; each && each !== main; each = each.parentElement) {
      parts.unshift(`:nth-child(${Array.prototype.indexOf.call(each.parentElement.children, each) + 1})`)
    }
    return `main > ${parts.join(' > ')}`
  }

  function find(selector) {
    try {
      return document.querySelector(selector)
    } catch {
      return null
    }
  }

  function replaceWith(fresh) {
    const focused = document.activeElement
    const focus = focused && main.contains(focused) && focused !== main ? [pathOf(focused), focused.textContent] : null
    const folds = [...main.querySelectorAll('details')].map((each) => [pathOf(each), each.open])
    const before = main.querySelector('[data-announce]')?.textContent
    main.replaceChildren(...fresh.childNodes)
    for (const [selector, open] of folds) {
      const fold = find(selector)
      if (fold && fold.tagName === 'DETAILS') fold.open = open
    }
    const again = focus && find(focus[0])
    if (again && again.textContent === focus[1]) again.focus({ preventScroll: true })
    const after = main.querySelector('[data-announce]')?.textContent
    if (said && after && after !== before) said.textContent = after
  }

  let version = main.innerHTML
  async function refresh() {
    if (isBusy()) return false
    const answer = await fetch(location.href, { headers: { accept: 'text/html' }, redirect: 'manual' })
    if (!answer.ok) return true
    const sent = Date.parse(answer.headers.get('date') || '')
    if (sent) skew = Math.abs(Date.now() - sent) > 5000 ? Date.now() - sent : 0
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const content = fresh.querySelector('main')
    if (!content || isBusy()) return false
    if (content.innerHTML !== version) {
      version = content.innerHTML
      replaceWith(content)
    }
    const nav = fresh.querySelector('nav')
    const own = document.querySelector('nav')
    if (nav && own && nav.innerHTML !== own.innerHTML && !own.contains(document.activeElement)) own.innerHTML = nav.innerHTML
    tellAges()
    return true
  }

  const PAUSE = 1000
  let due = false
  let working = false
  let timer = 0

  /** At most once a second, and the last thing that happened is never missed. */
  function ask() {
    due = true
    if (working || timer) return
    timer = setTimeout(async () => {
      timer = 0
      working = true
      due = false
      const done = await refresh().catch(() => true)
      working = false
      if (!done) due = true
      if (due) setTimeout(ask, done ? 0 : PAUSE * 2)
    }, PAUSE)
  }

  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) ask()
  })
  setInterval(tellAges, 15_000)
  // What no event tells: a slot that passes, data that turns stale.
  setInterval(() => {
    if (!document.hidden) ask()
  }, 60_000)

  const watching = document.querySelector('nav') && 'EventSource' in window
  if (!watching) return
  const events = new EventSource('/api/events')
  const kinds =
    'run-started run-finished resource-finished stage progress source-read part-pushed warning waiting lease-waiting attempt-failed'
  for (const kind of kinds.split(' ')) events.addEventListener(kind, ask)
  addEventListener('pagehide', () => events.close())
})()
