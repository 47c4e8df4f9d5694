import { Graph } from '../src/check/graph.ts'
import type { Subject } from '../src/check/subject.ts'
import { advance, begin, type Turn } from '../src/engine/advance.ts'
import type { Input } from '../src/engine/state.ts'
import { walk } from '../src/engine/walk.ts'
import { scriptPaths, type ScriptPath } from '../src/picture/script-paths.ts'
import type { Node, Script } from '../src/script.ts'
import { CandidateValues } from './candidate-values.ts'

const mostTries = 10_000

/** Searches answers, and what the databases know, that lead a dialog along a path. */
export class PathDriver {
  readonly paths: readonly ScriptPath[]
  readonly #script: Script
  readonly #values: CandidateValues
  readonly #passed: string[] = []
  readonly #traced: Script

  constructor(subjects: readonly [Subject, ...Subject[]]) {
    const [{ script, definition }] = subjects
    this.#script = script
    this.#values = new CandidateValues(subjects)
    this.#traced = { ...script, nodes: new Map([...script.nodes].map(([id, node]) => [id, this.#tracedNode(node)])) }
    this.paths = [...scriptPaths(definition, new Graph(definition), false)]
  }

  /**
   * A dialog on the web that took the path to its end; undefined where none of the values leads along it. Dialogs that
   * stand at one place and know the same of what conditions read are tried once.
   *
   * @throws Error where the search does not come to an end
   */
  drive(path: ScriptPath): Turn | undefined {
    const wanted = this.waysOf(path)
    const open = this.#values.given().map((given) => begin(this.#script, { given, channel: 'web', language: 'en', at: '2026-11-30T09:00:00.000Z' })).toReversed()
    const tried = new Set<string>()
    for (let turn = open.pop(); turn !== undefined; turn = open.pop()) {
      const { state } = turn
      const passed = this.#passedBy(turn)
      const standing = JSON.stringify([passed.length, this.#values.standing(turn)])
      if (!passed.every((way, index) => way === wanted[index]) || isRound(turn) || tried.has(standing)) continue
      tried.add(standing)
      if (tried.size > mostTries) throw new Error(`Searched ${mostTries} dialogs for ${wanted.join(', ')}: it is not clear whether there is one`)
      if (turn.position.at.kind === 'ended') return passed.length === wanted.length ? turn : undefined
      open.push(...this.#inputs(turn).map((input) => advance(this.#script, state, input)).toReversed())
    }
    return undefined
  }

  /** The ways of a path, each as its node and which of the node's ways it is. */
  waysOf({ edges }: ScriptPath): readonly string[] {
    return edges.map(({ from, to, test }) => `${from.id} ${from.kind === 'end' ? '' : from.onward.findIndex((way) => way.test === test && way.to.text === to)}`)
  }

  #inputs({ position: { at }, state }: Turn): readonly Input[] {
    const when = { at: new Date(Date.parse(state.at) + 1_000).toISOString() }
    if (at.kind === 'question') return this.#values.answers(at).map((value) => ({ kind: 'answer', value, ...when }))
    return at.kind === 'waiting' ? this.#values.found(at).map((value) => ({ kind: 'found', asked: at.for.asked, value, ...when })) : []
  }

  /** The ways that were taken so far. */
  #passedBy({ state }: Turn): readonly string[] {
    this.#passed.length = 0
    walk(this.#traced, state)
    return [...this.#passed]
  }

  #tracedNode(node: Node): Node {
    if (node.kind === 'end') return node
    const passed = this.#passed
    const onward = node.onward.map((way, index) => ({
      ...way,
      get to(): string {
        passed.push(`${node.id} ${index}`)
        return way.to
      },
    }))
    return { ...node, onward }
  }
}

/** Whether a called dialog went round more than once: that leads nowhere new. */
function isRound({ state: { facts } }: Turn): boolean {
  const called = facts.flatMap(({ node }) => (node.includes('/') ? [node] : []))
  return called.some((node) => called.filter((other) => other === node).length > 2)
}
