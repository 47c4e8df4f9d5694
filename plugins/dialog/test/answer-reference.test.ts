import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readAnswer } from '../src/answer/read-answer.ts'
import type { QuestionType } from '../src/definition.ts'

const page = readFileSync(new URL('../../../docs/reference/dialog-answers.md', import.meta.url), 'utf8')
const choices = [{ value: 'heat', label: 'Heat and hot water', digit: '1' }, { value: 'power', label: 'Strøm', digit: '2' }, { value: 'powder', label: 'كهرباء', digit: '3' }]
const [typed = '', pressed = ''] = page.split('## Pressed')

/** The rows of the tables: a type with a currency, a language, what was given, and the value or why there is none. */
function rowsOf(text: string): readonly (readonly [string, string, string, string])[] {
  return [...text.matchAll(/^\| ([a-z-]+(?: [A-Z]{3})?) \| (\S+) \| `(.+?)` \| (.+) \|$/gm)].map(([, type = '', language = '', given = '', is = '']) => [type, language, given, is])
}

test.each([...rowsOf(typed).map((row) => ['web', ...row] as const), ...rowsOf(pressed).map((row) => ['keypad', ...row] as const)])('%s: %s in %s: %s is %s', (channel, kind, language, given, is) => {
  const [type = '', currency] = kind.split(' ')
  const reading = readAnswer({ type: type as QuestionType, required: true, choices: type === 'one' || type === 'many' ? choices : [], ...(currency === undefined ? {} : { currency }) }, given, { channel, language, today: '2026-11-30' })
  expect('wrong' in reading ? `no answer: \`${reading.wrong}\`` : `\`${JSON.stringify(reading.value)}\``).toBe(is)
})

test('the page has rows of both kinds', () => expect([rowsOf(typed).length, rowsOf(pressed).length]).toEqual([40, 8]))
