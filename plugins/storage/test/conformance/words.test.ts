import fc from 'fast-check'
import { expect, test } from 'vitest'
import { wordsOf } from '../../src/words.ts'
import { hurtingText } from '../hurting-text.ts'
import { onEachDatabase } from './each-database.ts'

onEachDatabase('words', (open) => {
  test('are found in texts as in memory, begun and whole', async () => {
    const { table, transact, query } = await open()
    const from = await table({ id: 'key', name: 'text' })
    const texts = fc.sample(hurtingText, { numRuns: 300, seed: 7 })
    await transact([{ insert: from, rows: texts.map((name) => ({ name })) }])
    const words = [...new Set(texts.flatMap(wordsOf).flatMap((word) => [word, Array.from(word).slice(0, 2).join('')]))].filter((word) => !/(.)\1{4}/u.test(word)).slice(0, 120)
    for (const word of words) {
      for (const op of ['hasWord', 'isWord']) {
        const found = await query({ from, columns: ['id'], where: { term: { op, of: [{ column: 'name', type: 'text' }, { value: word, type: 'text' }], type: 'boolean' } }, order: [{ column: 'id' }] })
        const expected = texts.flatMap((text, index) => (wordsOf(text).some((one) => (op === 'isWord' ? one === word : one.startsWith(word))) ? [index + 1] : []))
        expect([op, word, found.map(({ id }) => id)]).toEqual([op, word, expected])
      }
    }
  })

  test('may be as long as a word gets', async () => {
    const { table, transact, query } = await open()
    const from = await table({ id: 'key', name: { sqlite: 'text', pg: 'text', mysql: 'longtext' } })
    const long = 'aeioustæß'.repeat(8).slice(0, 64)
    await transact([{ insert: from, rows: [{ name: `${'x, '.repeat(30_000)}${long}` }, { name: long.slice(1) }] }])
    for (const word of wordsOf(long)) expect(await query({ from, columns: ['id'], where: { term: { op: 'hasWord', of: [{ column: 'name', type: 'text' }, { value: word, type: 'text' }], type: 'boolean' } } })).toEqual([{ id: 1 }])
  })
})
