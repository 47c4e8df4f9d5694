import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { spanTree, treeLines, type Span } from '../src/span-tree.ts'

const root: Span = { span: 'r', parent: '', component: 'cli', operation: 'desk.order', at: 0, ms: 31 }
const spans: readonly Span[] = [
  { span: 'c', parent: 'a', component: 'storage', operation: 'storage.query', at: 12, ms: 1.234 },
  { span: 'b', parent: 'a', component: 'erp', operation: 'erp.price', at: 11, ms: 9.99 },
  { span: 'a', parent: 'r', component: 'order-desk', operation: 'desk.order', at: 10, ms: 25.04 },
]

test('treeLines() draws who asked whom, in the order in which they began', () => {
  expect(treeLines(spanTree(root, spans))).toEqual([
    'cli  desk.order                 31.0 ms',
    '└─ order-desk  desk.order       25.0 ms',
    '   ├─ erp  erp.price            9.99 ms',
    '   └─ storage  storage.query    1.23 ms',
  ])
})

test('treeLines() says where a failure began, and whom it reached', () => {
  const failure = { code: 'ORDER_UNKNOWN', message: 'there is none' }
  const failed = spans.map((span) => (span.component === 'erp' ? span : { ...span, failure }))
  expect(treeLines(spanTree({ ...root, failure }, failed)).map((line) => stripVTControlCharacters(line).replace(/^.* ms/, ''))).toEqual(['  ORDER_UNKNOWN', '  ORDER_UNKNOWN', '', '  ORDER_UNKNOWN: there is none'])
})

test('spanTree() loses nobody whose caller did not tell', () => {
  const [, orphan] = spanTree(root, [...spans, { ...root, span: 'x', parent: 'unknown', component: 'mail', at: 20 }]).parts
  expect(orphan?.span.component).toBe('mail')
})
