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

  /** What an element is called, whatever comes to stand before it. */
  function nameOf(element) {
    const fold = element.tagName === 'SUMMARY' ? nameOf(element.parentElement) : element.dataset.fold
    const parts = [element.tagName, element.id, fold, element.getAttribute('href'), element.getAttribute('aria-label')]
    if (element.tagName === 'BUTTON') parts.push(element.form?.getAttribute('action'), element.textContent)
    return parts.join('|')
  }

  function find(name) {
    const [tag] = name.split('|')
    return [...main.querySelectorAll(tag)].find((each) => nameOf(each) === name)
  }

  function replaceWith(fresh) {
    const focused = document.activeElement
    const focus = focused && focused !== main && main.contains(focused) ? nameOf(focused) : undefined
    const folds = new Map([...main.querySelectorAll('details')].map((each) => [nameOf(each), each.open]))
    const before = main.querySelector('[data-announce]')?.textContent
    main.replaceChildren(...fresh.childNodes)
    for (const each of main.querySelectorAll('details')) each.open = folds.get(nameOf(each)) ?? each.open
    if (focus) find(focus)?.focus({ preventScroll: true })
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
    if (nav && own && nav.innerHTML !== own.innerHTML && !own.contains(document.activeElement))
      own.innerHTML = nav.innerHTML
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
    timer = setTimeout(() => {
      timer = 0
      void work()
    }, PAUSE)
  }

  async function work() {
    working = true
    due = false
    const done = await refresh().catch(() => true)
    working = false
    if (!done || due) ask()
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
  // What happened between the page and its stream, or while the stream was gone, is in no event.
  events.addEventListener('open', ask)
  addEventListener('pagehide', () => events.close())
})()
