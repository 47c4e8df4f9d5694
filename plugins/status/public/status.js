/* oxlint-env browser */
const texts = JSON.parse(document.getElementById('texts').textContent)
const locale = document.documentElement.lang
const refreshEvery = 2000
const answerWithin = 5000
/** Calls per second are counted over this many milliseconds. */
const rateOver = 5000

const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 })
const rates = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' })
const dateAndClock = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' })
const ago = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
const lists = new Intl.ListFormat(locale)

const byId = (id) => document.getElementById(id)
const text = (name, values = {}) => (texts[name] ?? name).replace(/\{(\w+)\}/g, (_place, key) => values[key] ?? '')
/** Words the page may not know, such as a state added later, are shown as they come. */
const word = (kind, value) => texts[`${kind}.${value}`] ?? value

const shown = new Map()
const samples = new Map()
let lastAnswer
let timer
let asking = false
let askAgain = false

async function refresh() {
  if (asking) {
    askAgain = true
    return
  }
  asking = true
  clearTimeout(timer)
  try {
    const response = await fetch('/api/status/v1/overview', { cache: 'no-store', signal: AbortSignal.timeout(answerWithin) })
    if (!response.ok) throw new Error(`status ${response.status}`)
    show(await response.json())
  } catch {
    showLost()
  }
  asking = false
  timer = setTimeout(refresh, askAgain ? 0 : refreshEvery)
  askAgain = false
}

function show(overview) {
  lastAnswer = new Date()
  byId('lost').hidden = true
  document.body.classList.remove('stale')
  setText(byId('assembly'), overview.assembly)
  document.title = `${overview.assembly} · ${text('title')}`
  setText(byId('live'), text('live', { time: clock.format(lastAnswer) }))
  byId('live').hidden = false
  const present = new Set(overview.instances.map(({ instance }) => instance))
  for (const instance of samples.keys()) if (!present.has(instance)) samples.delete(instance)
  const components = Map.groupBy(overview.instances.toSorted(activeFirst), ({ component }) => component)
  showSummary(components)
  showComponents(components)
  showSwaps(overview.swaps)
}

function showLost() {
  const message = lastAnswer === undefined ? text('lostAtOnce') : text('lost', { time: clock.format(lastAnswer) })
  setText(byId('lost'), message)
  byId('lost').hidden = false
  byId('live').hidden = true
  document.body.classList.add('stale')
  // What was counted before and after a break cannot be told apart from a standstill.
  samples.clear()
}

function activeFirst(a, b) {
  const rank = ({ state }) => (state === 'active' ? 0 : 1)
  return a.component.localeCompare(b.component) || rank(a) - rank(b) || b.started.localeCompare(a.started)
}

const isWell = ({ health, state }) => health.ok && state !== 'failed'

function showSummary(components) {
  const unwell = [...components].filter(([, instances]) => !instances.every(isWell)).map(([name]) => name)
  const summary = byId('summary')
  summary.dataset.tone = components.size === 0 ? 'wait' : unwell.length === 0 ? 'good' : 'bad'
  setText(summary, components.size === 0 ? text('nothing') : unwell.length === 0 ? text('allWell') : text('someUnwell', { names: lists.format(unwell) }))
}

function showComponents(components) {
  const body = byId('components')
  for (const [name, row] of shown) {
    if (components.has(name)) continue
    row.element.remove()
    shown.delete(name)
  }
  let place = body.firstElementChild
  for (const [name, instances] of components) {
    const row = shown.get(name) ?? createRow(name)
    shown.set(name, row)
    if (row.element !== place) body.insertBefore(row.element, place)
    place = row.element.nextElementSibling
    fillRow(row, name, instances)
  }
}

function createRow(name) {
  const element = document.createElement('tr')
  const heading = document.createElement('th')
  heading.scope = 'row'
  // Told again because narrow screens lay the table out as cards, which takes its meaning away.
  element.role = 'row'
  heading.role = 'rowheader'
  heading.append(make('bdi', 'name', name), make('span', 'note'))
  const cells = ['version', 'state', 'callsPerSecond', 'inFlight', 'errors', 'started'].map((label) => {
    const cell = document.createElement('td')
    cell.className = label
    cell.role = 'cell'
    cell.dataset.label = text(label)
    return cell
  })
  const [version, state, rate, inFlight, errors, started] = cells
  version.append(make('bdi', 'number'), make('span', 'note'))
  // A component tells how it is in words of its own, whatever the language of the page.
  const note = make('span', 'note')
  note.append(make('bdi', 'detail'))
  state.append(make('span', 'badge'), note)
  started.append(document.createElement('time'))
  element.append(heading, ...cells)
  return { element, heading, version, state, rate, inFlight, errors, started: started.firstElementChild, current: undefined }
}

function fillRow(row, name, instances) {
  const [main, ...others] = instances
  const unwell = instances.find((instance) => !isWell(instance))
  const judged = unwell ?? main
  setText(row.heading.lastElementChild, word('isolation', main.isolation))
  if (row.current !== undefined && row.current !== main.version) flash(row, name, main.version)
  row.current = main.version
  setText(row.version.firstElementChild, main.version)
  setText(row.version.lastElementChild, others.map(({ version, state }) => text('also', { version, state: word('state', state) })).join(' · '))
  const badge = row.state.firstElementChild
  badge.dataset.tone = unwell ? 'bad' : main.state === 'active' ? 'good' : 'wait'
  setText(badge, judgement(judged))
  setText(row.state.lastElementChild.firstElementChild, judged.health.detail ?? '')
  const rate = rateOf(instances)
  setText(row.rate, rate === undefined ? '–' : rates.format(rate))
  setText(row.inFlight, numbers.format(sum(instances, 'inFlight')))
  const errors = sum(instances, 'errors')
  setText(row.errors, numbers.format(errors))
  row.errors.classList.toggle('some', errors > 0)
  showTime(row.started, main.started)
}

function judgement({ state, health }) {
  const words = state === 'active' || !health.ok ? [word('state', state), text(health.ok ? 'well' : 'unwell')] : [word('state', state)]
  return words.join(' · ')
}

function flash(row, name, version) {
  setText(byId('announce'), text('versionChanged', { component: name, from: row.current, to: version }))
  row.version.classList.remove('flash')
  // Reading a measure makes the browser notice that the class was gone, so that the animation starts anew.
  void row.version.offsetWidth
  row.version.classList.add('flash')
}

/** Calls per second of all instances of a component, or undefined until it was seen for a while. */
function rateOf(instances) {
  const now = performance.now()
  const each = instances.map(({ instance, calls }) => {
    const known = (samples.get(instance) ?? []).filter(({ at }) => now - at <= rateOver)
    samples.set(instance, [...known, { at: now, calls }])
    const first = known[0]
    return first === undefined || now - first.at < 500 ? undefined : Math.max(0, ((calls - first.calls) * 1000) / (now - first.at))
  })
  const measured = each.filter((rate) => rate !== undefined)
  return measured.length === 0 ? undefined : measured.reduce((total, rate) => total + rate, 0)
}

function showSwaps(swaps) {
  byId('no-swaps').hidden = swaps.length > 0
  byId('swaps').hidden = swaps.length === 0
  const key = JSON.stringify(swaps)
  if (byId('swaps').dataset.key === key) return
  byId('swaps').dataset.key = key
  byId('swaps').replaceChildren(...swaps.map(swapItem))
}

function swapItem({ at, component, from, to, outcome }) {
  const item = document.createElement('li')
  const time = make('time', 'when', dateAndClock.format(new Date(at)))
  time.dateTime = at
  const versions = make('bdi', 'versions', `${from} → ${to}`)
  versions.dir = 'ltr'
  const badge = make('span', 'badge', word('outcome', outcome))
  badge.dataset.tone = outcome === 'done' ? 'good' : 'wait'
  item.append(time, make('bdi', 'name', component), versions, badge)
  return item
}

const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
]

function showTime(element, instant) {
  const seconds = Math.round((Date.parse(instant) - Date.now()) / 1000)
  const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1]
  element.dateTime = instant
  element.title = dateAndClock.format(new Date(instant))
  setText(element, ago.format(Math.min(0, Math.trunc(seconds / size)), unit))
}

/** Leaves what is unchanged alone, so that a selection or a screen reader is not disturbed every two seconds. */
function setText(element, value) {
  if (element.textContent !== value) element.textContent = value
}

function make(tag, className, content = '') {
  const element = document.createElement(tag)
  element.className = className
  element.textContent = content
  return element
}

function sum(instances, field) {
  return instances.reduce((total, instance) => total + instance[field], 0)
}

function listen(wait = 1000) {
  const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/events`)
  let next = wait
  socket.addEventListener('open', () => {
    next = 1000
    socket.send(JSON.stringify({ subscribe: ['status.changed'] }))
    void refresh()
  })
  socket.addEventListener('message', ({ data }) => {
    if (JSON.parse(data).event === 'status.changed') void refresh()
  })
  socket.addEventListener('close', () => setTimeout(() => listen(Math.min(next * 2, 15_000)), next))
}

document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void refresh()
})
void refresh()
listen()
