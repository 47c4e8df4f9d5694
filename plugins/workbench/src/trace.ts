import { checkOf, codeOf, messageOf, Type, type CommandContext, type LiveAssembly, type Static } from '@caruso/contract'
import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { inputOf, isStream, type Asked } from './call.ts'
import { findOperation } from './find-operation.ts'
import { spanTree, treeLines, type Span, type SpanNode } from './span-tree.ts'

const Told = Type.Object({
  host: Type.String(),
  span: Type.Optional(Type.String()),
  parent: Type.Optional(Type.String()),
  component: Type.Optional(Type.String()),
  operation: Type.Optional(Type.String()),
  at: Type.Optional(Type.Number()),
  ms: Type.Optional(Type.Number()),
  failure: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
})

/** Milliseconds: until a host that does not answer is left out, to record longer than the call may take, and for what comes after its answer. */
const patience = { hosts: 1_000, recording: 2_000, stragglers: 100 }

/** `caruso trace`: makes one call, and shows which component called which operation on its way, and how long each took. */
export async function trace(asked: Asked, { connected, terminal }: CommandContext): Promise<void> {
  await connected(async (assembly) => {
    const { contract, name, operation } = findOperation(assembly, asked.operation)
    const input = await inputOf(asked)
    const [id, root] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')]
    using recording = await Recording.begin(assembly, id, asked.timeout)
    for (const host of recording.silent) terminal.progress(`Host ${host} does not answer; what it does is not shown`)
    const context = assembly.call(asked.timeout, operation.permission === undefined ? [] : [operation.permission], `00-${id}-${root}-01`)
    const begun = performance.now()
    const asking = read(assembly.client(contract)[name]?.(input, context))
    const failure = await failureOf(asking)
    const whole: Span = { span: root, parent: '', component: 'cli', operation: asked.operation, at: 0, ms: performance.now() - begun, ...(failure === undefined ? {} : { failure: { code: codeOf(failure) ?? 'FAILED', message: messageOf(failure) } }) }
    await setTimeout(patience.stragglers)
    const tree = spanTree(whole, recording.spans)
    terminal.answer({ trace: id, ...withoutParents(tree) }, () => treeLines(tree).join('\n'))
    await asking
  })
}

/** Reads an answer, a stream to its end. */
async function read(answer: unknown): Promise<void> {
  if (isStream(answer)) for await (const item of answer) void item
  else await answer
}

async function failureOf(work: Promise<void>): Promise<unknown> {
  return await work.then(
    () => undefined,
    (error: unknown) => error,
  )
}

/** What hosts tell of one trace. */
class Recording implements Disposable {
  readonly spans: Span[] = []
  readonly #hosts: Set<string>
  readonly #end: () => void

  private constructor(assembly: LiveAssembly, trace: string, timeout: number, answered: () => void) {
    this.#hosts = new Set(assembly.instances().map(({ host }) => host))
    this.#end = assembly.survey(`${assembly.name}.record`, { trace, ms: Math.min(600_000, timeout + patience.recording) }, (text) => {
      const told = toldBy(text)
      if (told === undefined) return
      this.#hosts.delete(told.host)
      if (this.#hosts.size === 0) answered()
      const { span, parent, component, operation, at, ms, failure } = told
      if (span !== undefined && parent !== undefined && component !== undefined && operation !== undefined && at !== undefined && ms !== undefined) this.spans.push({ span, parent, component, operation, at, ms, ...(failure === undefined ? {} : { failure }) })
    })
  }

  /** Resolves when every host records, or has been waited for. */
  static async begin(assembly: LiveAssembly, trace: string, timeout: number): Promise<Recording> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const recording = new Recording(assembly, trace, timeout, resolve)
    await Promise.race([promise, setTimeout(patience.hosts, undefined, { ref: false })])
    return recording
  }

  /** Hosts that have not answered. */
  get silent(): readonly string[] {
    return [...this.#hosts]
  }

  [Symbol.dispose](): void {
    this.#end()
  }
}

function toldBy(text: string): Static<typeof Told> | undefined {
  try {
    const told: unknown = JSON.parse(text)
    return checkOf(Told).accepts(told) ? (told as Static<typeof Told>) : undefined
  } catch {
    return undefined
  }
}

function withoutParents({ span, parts }: SpanNode): object {
  const { component, operation, ms, failure } = span
  return { component, operation, ms: Math.round(ms * 1_000) / 1_000, ...(failure === undefined ? {} : { failure }), parts: parts.map(withoutParents) }
}
