import { ProxyTracerProvider, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags, type Span, type SpanContext, type Tracer } from '@opentelemetry/api'
import { messageOf } from '@caruso/contract'
import { CallContext } from './call-context.ts'
import { traceparentPattern } from './traceparent.ts'

/** A span around one handler, and the call that its own calls descend from. */
export interface ServerSpan {
  readonly call: CallContext
  end(failure: unknown): void
}

/** Begins a span around the handler of a call. */
export type SpanMaker = (contract: string, operation: string, call: CallContext) => ServerSpan

/** Starts a span for a served call. */
function serverSpan(tracer: Tracer, contract: string, operation: string, call: CallContext): ServerSpan {
  const parent = spanContext(call.trace)
  const context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent)
  const span = tracer.startSpan(`${contract}.${operation}`, { kind: SpanKind.SERVER, attributes: { 'rpc.system': 'caruso', 'rpc.service': contract, 'rpc.method': operation, 'caruso.caller': call.caller.component } }, context)
  return within(call, traceparent(span.spanContext()), (failure) => endSpan(span, failure))
}

/** A span of which only the `traceparent` is known, and what its end means. */
export function within(call: CallContext, trace: string, ended: (failure: unknown) => void): ServerSpan {
  const inner = new CallContext(call.deadline, call.caller, trace, call.key, call, call.cancellable)
  return {
    call: inner,
    end: (failure) => {
      inner.finish()
      ended(failure)
    },
  }
}

function endSpan(span: Span, failure: unknown): void {
  if (failure !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(failure) })
  span.end()
}

/** Spans of the application's OpenTelemetry provider, or undefined where none is registered: the API's own would do nothing at a price. */
export function registeredSpans(): SpanMaker | undefined {
  const provider = trace.getTracerProvider()
  if (provider instanceof ProxyTracerProvider && provider.getDelegate() === idleDelegate) return undefined
  const tracer = trace.getTracer('caruso')
  return (contract, operation, call) => serverSpan(tracer, contract, operation, call)
}

const idleDelegate = new ProxyTracerProvider().getDelegate()

function spanContext(text: string): SpanContext | undefined {
  const parts = traceparentPattern.exec(text)
  if (parts === null) return undefined
  return { traceId: parts[1] ?? '', spanId: parts[2] ?? '', traceFlags: Number.parseInt(parts[3] ?? '00', 16) & TraceFlags.SAMPLED, isRemote: true }
}

function traceparent(context: SpanContext): string {
  return `00-${context.traceId}-${context.spanId}-${context.traceFlags.toString(16).padStart(2, '0')}`
}
