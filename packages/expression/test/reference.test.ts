import { readFileSync } from 'node:fs'
import { check, evaluator, ExpressionError, parse } from '@caruso/expression'
import type { Schema, Values } from '@caruso/expression'
import { expect, test } from 'vitest'
import { signs } from '../src/expression.ts'
import { foldNames } from '../src/fold-call.ts'
import { functionNames } from '../src/function-errors.ts'
import { limits } from '../src/limits.ts'
import { operators } from '../src/operators.ts'
import type { Op } from '../src/operators.ts'

const text = readFileSync(new URL('../../../docs/reference/expressions.md', import.meta.url), 'utf8').replaceAll('\\|', '¦')
const [schema, customer] = [...text.matchAll(/```json\n(.*?)```/gs)].map(([, json = '']) => JSON.parse(json) as unknown) as [Schema, Values]
const examples = [...text.matchAll(/`([^`\n]+)` is `([^`\n]+)`/g)].map(([, source = '', gives = '']) => [source.replaceAll('¦', '|'), gives] as const)
const rows = [...text.matchAll(/^\| ((?:`[^`]+` ?)+) \|[^|\n]*\|[^|\n]*\| ([^|\n]*) \|([^|\n]*)\|$/gm)].map(([, names = '', inFilter = '', shown = '']) => ({ names: [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name.replaceAll('¦', '|')), inFilter, shown }))

test.each(examples)('%s is %s', (source, gives) => {
  expect(evaluator(check(source, schema))(customer)).toEqual(JSON.parse(gives))
})

test('every row has an example', () => {
  expect(rows.filter(({ shown }) => !/`[^`]+` is `[^`]+`/.test(shown)).map(({ names }) => names)).toEqual([])
})

test('every operator and function has a row, and nothing else has', () => {
  const written = new Set([...Object.values(signs).map((sign) => sign.written), ...functionNames, ...foldNames])
  expect([...new Set(rows.flatMap(({ names }) => names))].toSorted()).toEqual([...written].toSorted())
})

test('the rows say what a filter may have', () => {
  const bySign = Object.fromEntries(Object.entries(signs).map(([op, { written }]) => [written, op]))
  for (const { names, inFilter } of rows.filter((row) => !row.inFilter.startsWith('relations'))) {
    for (const name of names) {
      const allowed = operators[(bySign[name] ?? name) as Op].map((overload) => overload.inFilter)
      expect(inFilter, name).toBe(allowed.every(Boolean) ? 'yes' : allowed.some(Boolean) ? 'of numbers' : 'no')
    }
  }
})

test('the words that are reserved are no names, and none is missing', () => {
  const words = [.../which CEL reserves: ([^.]*)\./.exec(text)?.[1]?.matchAll(/`(\w+)`/g) ?? []].map(([, word = '']) => word)
  const isName = (word: string): boolean => {
    try {
      return parse(word).kind === 'name'
    } catch (error) {
      return !(error instanceof ExpressionError)
    }
  }
  expect(words.filter(isName)).toEqual([])
  const source = readFileSync(new URL('globals.js', import.meta.resolve('@marcbachmann/cel-js')), 'utf8')
  const theirs = [.../RESERVED = new Set\(\[(.*?)\]/s.exec(source)?.[1]?.matchAll(/'(\w+)'/g) ?? []].map(([, word = '']) => word)
  expect(theirs.filter((word) => !words.includes(word))).toEqual(['__proto__'])
})

test('the limits are those of the text', () => {
  const [length, nodes] = [limits.length, limits.nodes].map((limit) => limit.toLocaleString('en'))
  expect(text).toContain(`at most ${length} characters, ${nodes} parts and ${limits.depth} levels, and a call at most ${limits.arguments} arguments`)
  expect(text).toContain(`what is computed has ${limits.digits} significant digits`)
  expect(text).toContain(`to ${limits.quotient} places`)
})
