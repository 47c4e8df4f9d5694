import { DialogError } from '../errors.ts'
import type { Action, Argument, Call, End, Lookup, Node, Question, Request, Script, Spoken, Value, Way } from '../script.ts'
import type { Act, Fact, Lookout, Release, State } from './state.ts'
import type { Names, Values } from './values.ts'

/** Where a dialog stands after all its facts. */
export interface Position {
  /** How many of the facts lie on the way; those after are of a way that was left. */
  readonly used: number
  readonly at: Asking | Waiting | Ended
  /** What was said since the last answer, with the values of its names. */
  readonly said: readonly Said[]
  readonly releases: readonly Release[]
  /** The questions that were answered. */
  readonly answered: readonly Answered[]
  /** What the script itself knows, those that it calls apart. */
  readonly known: Values
}

export interface Asking {
  readonly kind: 'question'
  readonly path: string
  readonly node: Question
  readonly script: Script
  readonly values: Names
}

export interface Waiting {
  readonly kind: 'waiting'
  readonly path: string
  readonly node: Lookup | Request
  readonly for: Lookout
}

export interface Ended {
  readonly kind: 'ended'
  readonly node: End
  readonly results: Readonly<Record<string, Value>>
}

export interface Said {
  readonly prompts: readonly Spoken[]
  readonly script: Script
  readonly values: Names
}

export interface Answered extends Omit<Asking, 'kind'> {
  /** Which fact. */
  readonly fact: number
  readonly value: Value
}

/** More nodes than any dialog passes between two facts. */
const longestWay = 10_000

/** Walks a script over the facts of a dialog. */
export function walk(script: Script, state: Pick<State, 'begun' | 'facts' | 'given'>): Position {
  return new Walk(script, state.given, state.facts, state.begun).run()
}

/** One script on its way, and the node of the one around it that called it. */
interface Frame {
  readonly script: Script
  values: Values
  /** Of these values and of the time that it was. */
  names: Names | undefined
  readonly path: string
  readonly call?: Call
}

class Walk {
  readonly #facts: readonly Fact[]
  readonly #frames: Frame[]
  readonly #releases: Release[] = []
  readonly #answered: Answered[] = []
  #collected: Act[] = []
  #said: Said[] = []
  #used = 0
  #now: string

  constructor(script: Script, given: Values, facts: readonly Fact[], begun: string) {
    this.#facts = facts
    this.#now = begun
    this.#frames = [{ script, values: given, names: undefined, path: '' }]
  }

  run(): Position {
    let id: string | undefined = this.#frame.script.start
    for (let steps = 0, used = 0; id !== undefined; ) {
      const at: Position['at'] | string = this.#pass(this.#nodeAt(id))
      if (typeof at !== 'string') return { used: this.#used, at, said: this.#said, releases: this.#releases, answered: this.#answered, known: this.#frames[0]?.values ?? {} }
      id = at
      steps = used === this.#used ? steps + 1 : 0
      used = this.#used
      if (steps > longestWay) throw new DialogError('SCRIPT_LOOPS', `Went on from "${id}" of the dialog "${this.#frame.script.id}": passed ${longestWay} nodes without asking anything`)
    }
    throw new TypeError('Walked a dialog: it went nowhere')
  }

  get #frame(): Frame {
    const frame = this.#frames.at(-1)
    if (frame === undefined) throw new TypeError('Walked a dialog: no script was left')
    return frame
  }

  #nodeAt(id: string): Node {
    const node = this.#frame.script.nodes.get(id)
    if (node === undefined) throw new TypeError(`Walked the dialog "${this.#frame.script.id}" to "${id}": the checked script has no such node`)
    return node
  }

  /** The id of the node that follows, or where the dialog stands. */
  #pass(node: Node): string | Position['at'] {
    switch (node.kind) {
      case 'info':
        if (this.#isRelevant(node)) this.#say(node.prompts)
        return this.#leave(node.onward)
      case 'question':
        return this.#question(node)
      case 'lookup':
      case 'request':
        return this.#lookout(node)
      case 'call':
        return this.#enter(node)
      case 'end':
        return this.#end(node)
    }
  }

  #question(node: Question): string | Asking {
    const path = this.#path(node.id)
    if (!this.#isRelevant(node)) return this.#know(node, null)
    const fact = this.#next(path)
    if (fact === undefined || fact.kind === 'found') return { kind: 'question', path, node, script: this.#frame.script, values: this.#values() }
    if (fact.kind === 'answer') this.#answered.push({ path, node, script: this.#frame.script, values: this.#values(), fact: this.#used, value: fact.value })
    this.#take(fact)
    if (fact.kind === 'answer') return this.#know(node, fact.value)
    const event = node.events[fact.event]
    this.#collect(event?.actions ?? [])
    return event?.to ?? node.id
  }

  #lookout(node: Lookup | Request): string | Waiting {
    const path = this.#path(node.id)
    const waited = lookoutOf(node, path, this.#values())
    const fact = this.#next(path)
    if (fact?.kind !== 'found' || fact.asked !== waited.asked) return { kind: 'waiting', path, node, for: waited }
    this.#now = later(this.#now, fact.at)
    this.#used += 1
    if (fact.failed === undefined || node.onError === undefined) return this.#know(node, fact.value)
    this.#set(node.into, null)
    return node.onError
  }

  #enter(node: Call): string {
    const values = argumentsOf(node.args, this.#values())
    this.#frames.push({ script: node.script, values, names: undefined, path: `${this.#frame.path}${node.id}/`, call: node })
    return node.script.start
  }

  #end(node: End): string | Ended {
    const { call } = this.#frame
    this.#say(node.prompts)
    const results = argumentsOf(node.results, this.#values())
    this.#collect(node.actions)
    if (call === undefined) {
      this.#release()
      return { kind: 'ended', node, results }
    }
    this.#frames.pop()
    return this.#know(call, { ...results, outcome: node.outcome })
  }

  #know(node: Question | Lookup | Request | Call, value: Value): string {
    this.#set(node.into, value)
    return this.#leave(node.onward)
  }

  #set(name: string, value: Value): void {
    const frame = this.#frame
    frame.values = { ...frame.values, [name]: value }
    frame.names = undefined
  }

  #leave(onward: readonly Way[]): string {
    const way = onward.find(({ test }) => test === undefined || test(this.#values()) === true)
    if (way === undefined) throw new TypeError(`Walked the dialog "${this.#frame.script.id}": the checked script has a node without a way on`)
    this.#collect(way.actions)
    if (way.commit) this.#release()
    return way.to
  }

  #say(prompts: readonly Spoken[]): void {
    if (prompts.length > 0) this.#said.push({ prompts, script: this.#frame.script, values: this.#values() })
  }

  #collect(actions: readonly Action[]): void {
    if (actions.length === 0) return
    const values = this.#values()
    this.#collected.push(...actions.map(({ action, undo, args }) => ({ action, args: argumentsOf(args, values), ...(undo === undefined ? {} : { undo }) })))
  }

  #release(): void {
    if (this.#collected.length > 0) this.#releases.push({ after: this.#used, actions: this.#collected })
    this.#collected = []
  }

  /** The next fact, where it belongs to this node. */
  #next(path: string): Fact | undefined {
    const fact = this.#facts[this.#used]
    return fact?.node === path ? fact : undefined
  }

  #take(fact: Fact): void {
    this.#used += 1
    this.#now = later(this.#now, fact.at)
    this.#said = []
  }

  #isRelevant({ relevant }: { readonly relevant?: (values: Values) => Value }): boolean {
    return relevant === undefined || relevant(this.#values()) === true
  }

  #path(id: string): string {
    return `${this.#frame.path}${id}`
  }

  /** What the names stand for now. */
  #values(): Names {
    const frame = this.#frame
    if (frame.names?.now !== this.#now) frame.names = { ...frame.values, now: this.#now }
    return frame.names
  }
}

function lookoutOf(node: Lookup | Request, path: string, values: Values): Lookout {
  if (node.kind === 'request') {
    const args = argumentsOf(node.args, values)
    return { kind: 'request', asked: `${path} ${JSON.stringify(args)}`, action: node.action, args }
  }
  const { class: className, many, limit, order, with: related } = node
  const where = node.where(values)
  return { kind: 'look', asked: `${path} ${where}`, query: { class: className, where, many, limit, with: related, ...(order ? { order } : {}) } }
}

function argumentsOf(args: readonly Argument[], values: Values): Record<string, Value> {
  return Object.fromEntries(args.map(({ name, value }) => [name, value(values)]))
}

function later(a: string, b: string): string {
  return a < b ? b : a
}

