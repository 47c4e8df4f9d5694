import { randomUUID } from 'node:crypto'
import { CarusoError, type DeepReadonly, type InputOf, type OutputOf } from '@caruso/contract'
import gateway from '@caruso/gateway'
import { Pages } from '@caruso/gateway/contract'
import { newHost, spec } from '../../../test/hosts.ts'
import { madeUp } from '../../../test/made-up.ts'
import { Dialogs } from '../src/contract.ts'
import { loadDialogPage } from '../src/dialog-page.ts'
import { advance, begin, type Turn } from '../src/engine/advance.ts'
import type { Input, Untimed } from '../src/engine/state.ts'
import { scriptsIn } from '../src/scripts-in.ts'
import { ownTexts, textsFor } from '../src/own-texts.ts'
import type { Script, Value } from '../src/script.ts'
import { viewOf } from '../src/view.ts'
import { exampleScripts } from './examples.ts'
import { found } from './held.ts'

type Stands = OutputOf<typeof Dialogs.operations.get>
type Answer = DeepReadonly<InputOf<typeof Dialogs.operations.answer>>

const now = '2026-11-30T09:00:00.000Z'

/** The page behind a real gateway, over the real engine; dialogs are kept in memory, and what they look up is made up. */
export interface Served {
  readonly base: string
  /** From now on nothing is answered. */
  fail(): void
  /** From now on it is. */
  recover(): void
  /** What was let go by all dialogs. */
  readonly actions: readonly string[]
  /** Goes on with the dialog that began last, as somebody else does. */
  goOn(said: Untimed): void
  /** Lays it aside. */
  layAside(): void
  end(): Promise<void>
}

export async function servePage(): Promise<Served> {
  const texts = await ownTexts()
  const page = await loadDialogPage(texts)
  const desk = new Desk(exampleScripts(), texts)
  const { host, close } = newHost()
  await host.startAll([
    spec('dialog', madeUp('dialog', [Dialogs, desk.operations()], [Pages, { get: (request: InputOf<typeof Pages.operations.get>) => page.get(request) }])),
    spec('gateway', gateway, { config: { port: 0, rateLimit: 10_000, pages: { '/': 'dialog' } } }),
  ])
  const { detail: base = '' } = (await host.active('gateway')?.health()) ?? {}
  return { base, actions: desk.actions, fail: () => (desk.fails = true), recover: () => (desk.fails = false), goOn: (said) => void desk.put(desk.last, said), layAside: () => void desk.aside.add(desk.last), end: close }
}

class Desk {
  fails = false
  last = ''
  readonly aside = new Set<string>()
  readonly actions: string[] = []
  readonly #scripts: ReadonlyMap<string, Script>
  readonly #texts: Awaited<ReturnType<typeof ownTexts>>
  readonly #dialogs = new Map<string, { readonly script: Script; readonly turn: Turn; readonly seq: number }>()

  constructor(scripts: ReadonlyMap<string, Script>, texts: Awaited<ReturnType<typeof ownTexts>>) {
    this.#scripts = scripts
    this.#texts = texts
  }

  operations() {
    const put = (said: (input: never) => Untimed) => ({ dialog, seq, ...rest }: { dialog: string; seq: number }) => this.put(dialog, said(rest as never), seq)
    return {
      scripts: ({ language }: { language?: string }) => ({ scripts: scriptsIn({ editions: new Map([...this.#scripts].map(([id, script]) => [id, { id, script, texts: {} }])), actions: {}, problems: [] }, language ?? 'en') }),
      start: ({ script, language }: { script: string; language: string }) => this.#start(script, language),
      get: ({ dialog }: { dialog: string }) => this.#stands(dialog),
      resume: ({ dialog }: { dialog: string }) => {
        this.aside.delete(dialog)
        return this.#stands(dialog)
      },
      answer: put(({ text, value }: Answer) => (text === undefined ? { kind: 'answer', value: value as Value } : { kind: 'answer', text })),
      help: put(() => ({ kind: 'help' })),
      back: put(() => ({ kind: 'back' })),
      change: put(({ path }: { path: string }) => ({ kind: 'change', node: path })),
      turn: put(({ language }: { language: string }) => ({ kind: 'turn', language })),
    }
  }

  put(id: string, said: Untimed, seq = this.#dialogs.get(id)?.seq): Stands {
    if (this.fails) throw new Error('not now')
    const known = this.#dialogs.get(id)
    if (known === undefined) throw new CarusoError('DIALOG_UNKNOWN', 'There is none')
    if (known.seq !== seq) throw new CarusoError('DIALOG_MOVED', 'It has gone on')
    if (this.aside.has(id)) throw new CarusoError('DIALOG_SUSPENDED', 'It was laid aside')
    this.#keep(id, known.script, advance(known.script, known.turn.state, { ...said, at: now } as Input), known.seq + 1)
    return this.#stands(id)
  }

  #start(name: string, language: string): Stands {
    const script = this.#scripts.get(name)
    if (script === undefined || this.fails) throw new Error('not now')
    this.last = randomUUID()
    this.#keep(this.last, script, begin(script, { given: {}, channel: 'web', language, at: now }), 0)
    return this.#stands(this.last)
  }

  #keep(id: string, script: Script, turn: Turn, seq: number): void {
    this.actions.push(...turn.effects.flatMap((effect) => (effect.kind === 'act' ? effect.actions.map(({ action }) => action) : [])))
    this.#dialogs.set(id, { script, turn, seq })
    const { at } = turn.position
    if (at.kind !== 'waiting') return
    const value = at.for.kind === 'look' ? found[at.for.query.class as 'Customer'] : found['credit.score']
    this.#keep(id, script, advance(script, turn.state, { kind: 'found', asked: at.for.asked, value, at: now }), seq)
  }

  #stands(id: string): Stands {
    const known = this.#dialogs.get(id)
    if (known === undefined) throw new CarusoError('DIALOG_UNKNOWN', 'There is none')
    const view = viewOf(known.turn.state, known.turn.position, textsFor(this.#texts, known.turn.state.language))
    return { dialog: id, seq: known.seq, view: this.aside.has(id) ? { ...view, status: 'suspended' } : view } as Stands
  }
}
