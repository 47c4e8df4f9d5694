import { checkOf, codeOf, messageOf, type Static, Type } from '@caruso/contract'
import { randomBytes } from 'node:crypto'
import { parseJson } from './protocol.ts'
import type { Provider } from './provider.ts'
import { traceparentPattern } from './traceparent.ts'
import { within, type SpanMaker } from './tracing.ts'

/** Asks hosts to tell of every call of one trace for so many milliseconds. */
const RecordRequest = Type.Object({ trace: Type.String({ pattern: '^[0-9a-f]{32}$' }), ms: Type.Integer({ minimum: 1, maximum: 600_000 }) })
type RecordRequest = Static<typeof RecordRequest>

/** Told of a call: `span`, `parent`, `component`, `caller`, `operation`, `at` (ms since the epoch), `ms`, `failure`. */
type Tell = (span: object) => void

/** Tells of the calls of single traces. While it records none, calls take the way they take without it. */
export class Recorder {
  readonly #told = new Map<string, Tell>()
  readonly #usual = new Map<Provider, SpanMaker | undefined>()

  record({ trace, ms }: RecordRequest, providers: readonly Provider[], tell: Tell): void {
    for (const provider of providers) {
      if (this.#usual.has(provider)) continue
      this.#usual.set(provider, provider.spans)
      provider.spans = this.#spansOf(provider, provider.spans)
    }
    this.#told.set(trace, tell)
    setTimeout(() => this.#end(trace), ms).unref()
  }

  #end(trace: string): void {
    this.#told.delete(trace)
    if (this.#told.size > 0) return
    for (const [provider, usual] of this.#usual) provider.spans = usual
    this.#usual.clear()
  }

  #spansOf({ component }: Provider, usual: SpanMaker | undefined): SpanMaker {
    return (contract, operation, call) => {
      const outer = usual?.(contract, operation, call)
      const [, trace = '', parent = ''] = traceparentPattern.exec(call.trace) ?? []
      const tell = this.#told.get(trace)
      if (tell === undefined) return outer ?? { call, end: () => undefined }
      const begun = performance.now()
      const span = outer === undefined ? randomBytes(8).toString('hex') : (traceparentPattern.exec(outer.call.trace)?.[2] ?? '')
      return within(outer?.call ?? call, `00-${trace}-${span}-01`, (failure) => {
        outer?.end(failure)
        const failed = failure === undefined ? {} : { failure: { code: codeOf(failure) ?? 'HANDLER_FAILED', message: messageOf(failure) } }
        tell({ span, parent, component, caller: call.caller.component, operation: `${contract}.${operation}`, at: performance.timeOrigin + begun, ms: performance.now() - begun, ...failed })
      })
    }
  }
}

/** What was asked for, or undefined for what is no request. */
export function readRecordRequest(text: string): RecordRequest | undefined {
  try {
    const question = parseJson(text)
    return checkOf(RecordRequest).accepts(question) ? (question as RecordRequest) : undefined
  } catch {
    return undefined
  }
}
