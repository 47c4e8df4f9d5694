import { styleText } from 'node:util'

/** One operation that was served, of one trace. */
export interface Span {
  readonly span: string
  /** The span that asked. */
  readonly parent: string
  readonly component: string
  readonly operation: string
  /** Milliseconds since the epoch, by the clock of its host. */
  readonly at: number
  readonly ms: number
  readonly failure?: { readonly code: string; readonly message: string }
}

export interface SpanNode {
  readonly span: Span
  /** In the order in which they began. */
  readonly parts: readonly SpanNode[]
}

/** Spans below a first one. Those whose parent nobody told of stand directly below it, so that none is lost. */
export function spanTree(first: Span, spans: readonly Span[]): SpanNode {
  const known = new Set([first.span, ...spans.map(({ span }) => span)])
  const node = (span: Span): SpanNode => {
    const parts = spans.filter((one) => one !== span && (one.parent === span.span || (span === first && !known.has(one.parent))))
    return { span, parts: parts.toSorted((a, b) => a.at - b.at).map(node) }
  }
  return node(first)
}

/** A tree as lines: who served which operation, how long it took, and where it went wrong. */
export function treeLines(tree: SpanNode): string[] {
  const drawn = draw(tree)
  const width = Math.max(...drawn.map(({ head }) => head.length))
  return drawn.map(({ head, span, isOrigin }) => {
    const words = span.failure === undefined ? '' : isOrigin ? `  ${span.failure.code}: ${span.failure.message}` : `  ${span.failure.code}`
    return `${head.padEnd(width)}  ${milliseconds(span.ms).padStart(9)}${words === '' ? '' : styleText('red', words)}`
  })
}

interface Drawn {
  readonly head: string
  readonly span: Span
  /** Whether a failure began here: nobody that was asked failed. */
  readonly isOrigin: boolean
}

function draw({ span, parts }: SpanNode): Drawn[] {
  const below = parts.flatMap((part, index) => {
    const isLast = index === parts.length - 1
    return draw(part).map(({ head, ...rest }, depth) => ({ head: `${depth === 0 ? (isLast ? '└─ ' : '├─ ') : isLast ? '   ' : '│  '}${head}`, ...rest }))
  })
  return [{ head: `${span.component}  ${span.operation}`, span, isOrigin: !parts.some((part) => part.span.failure !== undefined) }, ...below]
}

function milliseconds(ms: number): string {
  return `${ms < 10 ? ms.toFixed(2) : ms < 100 ? ms.toFixed(1) : ms.toFixed(0)} ms`
}
