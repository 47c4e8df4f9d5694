/* oxlint-env browser */
import { fieldFor } from './field.js'

const texts = JSON.parse(document.getElementById('texts').textContent)
const pageLanguage = document.documentElement.lang
const wanted = new URLSearchParams(location.search).get('script')
const answerWithin = 15_000
/** Another tab, or an agent, has gone on with the dialog, ended it or laid it aside. */
const elsewhere = new Set(['DIALOG_MOVED', 'DIALOG_OVER', 'DIALOG_SUSPENDED'])

const byId = (id) => document.getElementById(id)
const text = (name, values = {}) => (texts[name] ?? name).replace(/\{(\w+)\}/g, (_place, key) => values[key] ?? '')

/** Where the dialog stands: `{ dialog, seq, view }`. Whoever knows its id can go on with it, so it stays within this tab. */
let stands
let field
let isBusy = false
const memory = `dialog ${wanted}`

async function ask(operation, input) {
  const response = await fetch(`/api/dialogs/v1/${operation}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(input), cache: 'no-store', signal: AbortSignal.timeout(answerWithin) })
  const answer = await response.json()
  if (!response.ok) throw Object.assign(new Error(answer.detail), { code: answer.code, status: response.status })
  return answer
}

async function begin() {
  keepScriptInLinks()
  const { scripts } = await ask('scripts', { language: pageLanguage })
  const script = scripts.find(({ id }) => id === wanted)
  byId('loading').hidden = true
  if (script === undefined) return showScripts(scripts.filter(({ channels }) => channels.includes('web')))
  document.title = script.title
  byId('title').textContent = script.title
  const language = script.languages.includes(pageLanguage) ? pageLanguage : script.languages[0]
  byId('again').href = `?${new URLSearchParams({ script: script.id, lang: pageLanguage })}`
  const kept = await resumed()
  show(kept ?? (await ask('start', { script: script.id, channel: 'web', language })))
  if (!isOver() && stands.view.language !== language) show(await ask('turn', { ...place(), language }))
}

/** The dialog that this tab was in before it was loaded anew. */
async function resumed() {
  const dialog = sessionStorage.getItem(memory)
  if (dialog === null) return undefined
  try {
    return await current(dialog)
  } catch (error) {
    if (error.status === undefined || error.status >= 500) throw error
    return undefined
  }
}

/** The dialog as it stands, taken up again where it was laid aside. */
async function current(dialog) {
  const found = await ask('get', { dialog })
  return found.view.status === 'suspended' ? await ask('resume', { dialog, seq: found.seq }) : found
}

function keepScriptInLinks() {
  if (wanted === null) return
  for (const link of document.querySelectorAll('nav a')) link.search = new URLSearchParams({ lang: link.lang, script: wanted })
}

function showScripts(scripts) {
  const list = byId('scripts')
  list.replaceChildren(...scripts.map(({ id, title }) => {
    const link = make('a', title)
    link.href = `?${new URLSearchParams({ script: id, lang: pageLanguage })}`
    const item = document.createElement('li')
    item.append(link)
    return item
  }))
  list.hidden = scripts.length === 0
  if (scripts.length === 0) showLost(text('page.none'))
}

const place = () => ({ dialog: stands.dialog, seq: stands.seq })
const isOver = () => !['asking', 'waiting'].includes(stands.view.status)

/** Puts something in, shows what came of it, and leads the reader there. */
async function put(operation, input = {}) {
  if (isBusy) return
  isBusy = true
  document.body.setAttribute('aria-busy', 'true')
  try {
    show(await ask(operation, { ...place(), ...input }))
    byId('lost').hidden = true
  } catch (error) {
    await failed(error)
  } finally {
    isBusy = false
    document.body.removeAttribute('aria-busy')
  }
}

async function failed(error) {
  if (error.code === 'BEHIND_COMMIT') return showLost(text('page.done'))
  if (!elsewhere.has(error.code)) return showLost(text('page.lost'))
  try {
    show(await current(stands.dialog))
    showLost(text('page.moved'))
  } catch {
    showLost(text('page.lost'))
  }
}

function showLost(words) {
  byId('loading').hidden = true
  byId('lost').textContent = words
  byId('lost').hidden = false
}

function show(next) {
  stands = next
  const { view, dialog } = next
  const over = isOver()
  if (over) sessionStorage.removeItem(memory)
  else sessionStorage.setItem(memory, dialog)
  const main = document.querySelector('main')
  main.lang = view.language
  main.dir = new Intl.Locale(view.language).getTextInfo?.().direction ?? document.documentElement.dir
  byId('said').replaceChildren(...view.said.map((words) => make('p', words)))
  byId('form').hidden = view.question === undefined
  byId('ended').hidden = !over
  showAnswers(view)
  if (view.question) showQuestion(view)
  else byId('title').focus()
}

function showQuestion({ question, notice, canGoBack }) {
  field = fieldFor(question, text)
  byId('field').replaceChildren(field.element)
  byId('hint').textContent = field.hint ?? ''
  byId('hint').hidden = field.hint === undefined
  byId('back').hidden = !canGoBack
  byId('help').hidden = !question.hasHelp
  showNotice(notice)
  field.focus()
}

/** What is wrong stands beside the field, which names it, and is announced. */
function showNotice(notice) {
  const element = byId('notice')
  const isWrong = notice !== undefined && notice.kind !== 'help'
  element.className = isWrong ? 'notice wrong' : 'notice'
  element.role = isWrong ? 'alert' : 'status'
  element.textContent = notice?.text ?? ''
  element.hidden = notice === undefined
  field.describe(isWrong, [...(field.hint === undefined ? [] : ['hint']), ...(notice === undefined ? [] : ['notice'])])
}

function showAnswers({ answers, status }) {
  byId('answers').replaceChildren(...answers.map(({ path, prompt, text: given }) => {
    const item = document.createElement('li')
    item.append(make('span', prompt, 'question'), make('bdi', given === '' ? '–' : given, 'answer'))
    if (status === 'asking') {
      const button = make('button', text('page.change'), 'quiet')
      button.type = 'button'
      button.setAttribute('aria-label', text('page.changeOf', { question: prompt }))
      button.addEventListener('click', () => void put('change', { path }))
      item.append(button)
    }
    return item
  }))
  byId('so-far').hidden = answers.length === 0
}

function make(name, words, className = '') {
  const element = document.createElement(name)
  element.textContent = words
  element.className = className
  return element
}

byId('form').addEventListener('submit', (event) => {
  event.preventDefault()
  void put('answer', field.answer())
})
byId('back').addEventListener('click', () => void put('back'))
byId('help').addEventListener('click', () => void put('help'))

begin().catch(() => showLost(text('page.lostAtOnce')))
