import { type Context, context, type Span, type SpanOptions, trace, type Tracer } from '@opentelemetry/api'
import { once } from 'node:events'
import { Bus } from '@caruso/bus'
import { consumer } from './consumer.ts'
import { echo, Echo, EchoMajor } from './contracts.ts'
import { instanceOf } from './instance.ts'

// Two buses of one process under a tracer that only remembers; each span that ends is a line of JSON.
let spans = 0

function startSpan(name: string, options: SpanOptions = {}, parent: Context = context.active()): Span {
  const above = trace.getSpanContext(parent)
  const own = { traceId: above?.traceId ?? '', spanId: (++spans).toString(16).padStart(16, '0'), traceFlags: 1 }
  const told = { name, parent: above?.spanId, ...own, attributes: options.attributes, failed: false }
  const span: Span = {
    spanContext: () => own,
    setAttribute: () => span,
    setAttributes: () => span,
    addEvent: () => span,
    addLink: () => span,
    addLinks: () => span,
    setStatus: () => {
      told.failed = true
      return span
    },
    updateName: () => span,
    end: () => process.stdout.write(`${JSON.stringify(told)}\n`),
    isRecording: () => true,
    recordException: () => undefined,
  }
  return span
}

const tracer: Tracer = {
  startSpan,
  startActiveSpan: () => {
    throw new Error('the bus has no active context')
  },
}
trace.setGlobalTracerProvider({ getTracer: () => tracer })

const [, , assembly = '', url = '', token = ''] = process.argv
const [a, b] = [new Bus(assembly, 'a'), new Bus(assembly, 'b')]
await Promise.all([a, b].map((bus) => bus.connect({ url, token })))
a.exchange([instanceOf(a, Echo, echo((said) => {
  if (said.text === 'bad') throw new Error('bad')
  return said
}), 'inner')], [])
b.exchange([instanceOf(b, EchoMajor, echo(async (said, call) => await b.client(Echo, consumer).say(said, call)), 'outer')], [])
while (a.registry.list().length < 2 || b.registry.list().length < 2) await new Promise(setImmediate)
const client = a.client(EchoMajor, consumer)
const own = a.call({ ...consumer, trace: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` })
await client.say({ text: 'good' }, own)
await Promise.allSettled([client.say({ text: 'bad' }, own)])
await Promise.all([a.close(), b.close()])
if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain')
