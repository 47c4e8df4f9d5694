import { expect, test } from 'vitest'
import { compileAll } from '../src/compile/compile-all.ts'
import { advance, begin } from '../src/engine/advance.ts'
import type { Untimed } from '../src/engine/state.ts'
import { ownTexts, textsFor } from '../src/own-texts.ts'
import { readScript } from '../src/read-script.ts'
import { viewOf } from '../src/view.ts'

const read = readScript(`<dialog id="short" version="1" start="count" languages="en nb ar">
  <title>Short</title>
  <question id="count" type="number" min="2" max="4"><prompt>How many?</prompt><otherwise to="bye"/></question>
  <end id="bye" outcome="done"/>
</dialog>`)
if ('problems' in read) throw new Error(JSON.stringify(read.problems))
const script = compileAll([read.definition], { classes: {}, actions: {} }).scripts.get('short')
const texts = await ownTexts()
const at = '2026-11-30T09:00:00.000Z'

const missed: readonly Untimed[] = [
  { kind: 'answer', text: 'many' },
  { kind: 'answer', text: '' },
  { kind: 'answer', text: '1' },
  { kind: 'answer', text: '5' },
  { kind: 'answer', value: true },
  { kind: 'no-input' },
  { kind: 'help' },
]

test.each(['en', 'nb', 'ar'])('where a script has no words of its own, what was not understood, too small or too large is told all the same, %s', (language) => {
  if (script === undefined) throw new Error('The script was not compiled')
  const { state } = begin(script, { given: {}, channel: 'web', language, at })
  const told = missed.map((input) => {
    const turn = advance(script, state, { ...input, at })
    return viewOf(turn.state, turn.position, textsFor(texts, language)).notice?.text
  })
  expect(told).not.toContain('')
  expect(new Set(told).size).toBe(missed.length)
})

test('what no language has is told in English, and a region is passed over', () => {
  expect(textsFor(texts, 'nb-NO')).toBe(texts.get('nb'))
  expect(textsFor(texts, 'fr')).toBe(texts.get('en'))
})
