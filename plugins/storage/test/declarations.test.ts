import Database from 'better-sqlite3'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { indexText, tableText } from '../src/dialect/sqlite/declarations.ts'
import { nameOf, piecesOf } from '../src/dialect/sqlite/sql-pieces.ts'

const sign = fc.constantFrom('a', 'check', ' ', '(', ')', ',', "'", '"', '`', '[', ']', '--', '/*', '*/', '\n', 'as', 'ü', '\u{10428}', ';', '$1', 'where')
const text = fc.array(sign, { minLength: 1, maxLength: 8 }).map((signs) => signs.join(''))
const literal = text.map((value) => `'${value.replaceAll("'", "''")}'`)
const comment = fc.constantFrom(' ', '\n', ' /* check (no), ( */ ', " -- it's, (\n")
const operand = fc.oneof(literal, fc.constantFrom('x', '[x]', '`x`', '"x"', '(1)', 'length(x)', "x''''"), fc.integer({ min: 0 }).map(String)).filter((one) => one !== "x''''")
const expression = fc.array(operand, { minLength: 1, maxLength: 4 }).map((operands) => operands.join(' <> '))

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** The text that SQLite keeps of what it has accepted. */
function keptText(type: 'table' | 'index', ...statements: readonly string[]): string {
  const database = new Database(':memory:')
  try {
    for (const sql of statements) database.exec(sql)
    return String(database.prepare('select sql from sqlite_schema where type = ? and sql is not null').raw().get([type])?.[0])
  } finally {
    database.close()
  }
}

test('tableText() finds every check with its name, and every formula, whatever is around them', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ name: text, expression, before: comment, inColumn: fc.boolean(), fallback: literal }), { minLength: 1, maxLength: 4 }), text, expression, (checks, column, formula) => {
      const written = checks.map(({ name, expression: check, before }) => `constraint ${quote(name)}${before}check${before}(${check})`)
      const [own, others] = [true, false].map((inColumn) => written.filter((_, index) => checks[index]?.inColumn === inColumn))
      const sql = keptText('table', `create table t (x text default ${checks[0]?.fallback ?? 'null'} ${own?.join(' ') ?? ''}, ${quote(`f${column}`)} text as (${formula}), y ${others?.map((one) => `, ${one}`).join('') ?? ''})`)
      const found = tableText(sql)
      const expected = [...checks.filter(({ inColumn }) => inColumn), ...checks.filter(({ inColumn }) => !inColumn)]
      expect(found.checks).toEqual(expected.map(({ name, expression: check }) => ({ name, expression: check })))
      expect([...found.generated]).toEqual([[`f${column}`, formula]])
    }),
    { numRuns: 300 },
  )
})

test('indexText() finds parts and the condition', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ expression, end: fc.constantFrom('', ' desc', ' collate nocase', ' COLLATE "NOCASE" asc') }), { minLength: 1, maxLength: 4 }), fc.option(expression, { nil: undefined }), text, (parts, where, name) => {
      const fixed = parts.map((part) => ({ ...part, expression: `length(x) + ${part.expression}` }))
      const sql = keptText('index', 'create table t (x text)', `create index ${quote(`i${name}`)} on t (${fixed.map((part) => part.expression + part.end).join(' , ')})${where === undefined ? '' : `\nWHERE ${where}`}`)
      expect(indexText(sql)).toEqual({ parts: fixed.map((part) => part.expression), where })
    }),
    { numRuns: 300 },
  )
})

test('piecesOf() ends with any text, in order and without overlap', () => {
  fc.assert(
    fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), (sql) => {
      let end = 0
      for (const piece of piecesOf(sql)) {
        expect(piece.start).toBeGreaterThanOrEqual(end)
        expect(sql.startsWith(piece.text, piece.start)).toBe(true)
        end = piece.start + piece.text.length
      }
    }),
    { numRuns: 500 },
  )
  expect(piecesOf('create table x').map(nameOf)).toEqual(['create', 'table', 'x'])
})
