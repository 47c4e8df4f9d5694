import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { errorFrom } from '../../../test/failures.ts'
import { Objects } from '../src/contract.ts'
import type { ModelerCode } from '../src/errors.ts'
import { openModel } from './harness.ts'

const read = (name: string): string => readFileSync(join(import.meta.dirname, '../../../docs/reference', name), 'utf8')
const reference = read('objects.md')
const files = Object.fromEntries([...(read('model-files.md') + reference).matchAll(/```yaml\n# (\S+\.yaml)\n(.*?)```/gs)].map(([, path = '', text = '']) => [path, text]))
const blocks = [...reference.matchAll(/```json (\w+)\n(.*?)```/gs)].map(([, kind = '', text = '']) => ({ kind, value: JSON.parse(text) as never }))

const tables = `
  create table KUNDEN (KDNR integer primary key, NAME1 text, AKTIV text, GEBDAT text, LIMIT_BETRAG decimal_text, LIMIT_WAEHR text, STR text, ORT text, WERBER integer references KUNDEN);
  create table tag (id integer primary key, name text not null unique);
  create table KUNDEN_TAGS (KDNR integer references KUNDEN, TAG_ID integer references tag, primary key (KDNR, TAG_ID));
  create table visit (id integer primary key, version integer not null, customer_number integer references KUNDEN, at instant_text, note text);
`

/** What is wrong with files, or with a database that they change: no request fails with it. */
const ofFiles = ['MODEL_INVALID', 'CHANGE_REFUSED', 'VALUES_LOST', 'UNDO_REFUSED', 'DRIFT', 'FORMS_APART', 'JOURNAL_BROKEN']

describe('the reference of objects', () => {
  test('answers what it says it does, from the first block to the last', async () => {
    const { objects, call } = await openModel(tables, files)
    const ask = async (operation: string, input: never): Promise<unknown> => {
      const answer = (objects as Readonly<Record<string, (input: never, call: unknown) => unknown>>)[operation]?.(input, call())
      return typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer ? await allOf(answer as AsyncIterable<unknown>) : await answer
    }
    for (const [index, { kind, value }] of blocks.entries()) {
      const expected = blocks[index + 1]
      if (kind === 'answer' || kind === 'failure') continue
      if (expected?.kind === 'failure') expect(await errorFrom(ask(kind, value) as Promise<unknown>)).toMatchObject(expected.value)
      else expect([kind, await ask(kind, value)]).toEqual([kind, expected?.value])
    }
  })

  test('names every operation and every code', () => {
    const codes = readFileSync(join(import.meta.dirname, '../src/errors.ts'), 'utf8').match(/'([A-Z]+_?[A-Z]*)'/g)?.map((quoted) => quoted.slice(1, -1) as ModelerCode) ?? []
    const missing = [...Object.keys(Objects.operations).filter((name) => !['declare', 'classes'].includes(name)), ...new Set(codes)].filter((name) => !reference.includes(`\`${name}\``))
    expect(missing.filter((name) => !ofFiles.includes(name))).toEqual([])
  })
})

async function allOf(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = []
  for await (const one of stream) all.push(one)
  return all
}
