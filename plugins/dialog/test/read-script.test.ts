import { expect, test } from 'vitest'
import { readScript } from '../src/read-script.ts'

const script = `<?xml version="1.0" encoding="UTF-8"?>
<dialog id="debtor" version="1.0" start="hello" languages="en nb">
  <title lang="en">A debtor</title>
  <info id="hello"><prompt lang="en">Hello
     <value of="customer.name"/>!</prompt><otherwise to="amount"/></info>
  <question id="amount" type="number" min="1"><prompt>How much?</prompt>
    <when test="amount &gt; 10" to="bye"><do action="billing.promised"><arg name="amount" value="amount"/></do><commit/></when>
    <otherwise to="bye"/>
  </question>
  <end id="bye" outcome="done"/>
</dialog>`

function problemsOf(text: string): readonly string[] {
  const read = readScript(text)
  return 'problems' in read ? read.problems.map(({ rule, place, message }) => `${place.line}:${place.column} ${rule} ${message}`) : []
}

test('readScript() reads words with values, ways with actions, and what is not written', () => {
  const read = readScript(script)
  if ('problems' in read) throw new Error(JSON.stringify(read.problems))
  const [hello, amount] = read.definition.nodes
  expect(hello?.kind === 'info' && hello.prompts[0]?.words).toEqual(['Hello ', { of: { text: 'customer.name', place: { line: 5, column: 17 } }, as: 'text' }, '!'])
  expect(amount?.kind === 'question' && [amount.into, amount.required, amount.keypad, amount.onward.map(({ test, to, commit }) => [test?.text, to.text, commit])]).toEqual(['amount', true, 'digits', [['amount > 10', 'bye', true], [undefined, 'bye', false]]])
  expect(read.definition.channels).toEqual(['agent', 'web', 'keypad'])
})

test('readScript() tells the line and column of what is no XML, and of what the DTD does not have', () => {
  expect(problemsOf(script.replace('</info>', ''))).toEqual([expect.stringMatching(/^11:\d+ xml /)])
  expect(problemsOf(script.replace('to="amount"', 'to="amuont"'))).toEqual([expect.stringMatching(/^5:58 unknown-target .*amuont/)])
  expect(problemsOf(script.replace('type="number"', 'type="numeric"'))).toEqual([expect.stringMatching(/^6:31 wrong-value .*numeric/)])
})

test('readScript() loads and expands nothing that a script declares by itself', () => {
  const bomb = script.replace('<dialog', '<!DOCTYPE dialog [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]>\n<dialog')
  expect(problemsOf(bomb)).toEqual([expect.stringMatching(/^2:1 xml .*DOCTYPE/)])
  expect(problemsOf('x'.repeat(1_000_001))).toEqual([expect.stringMatching(/^1:1 xml .*1000000 characters/)])
})

test.each([
  ['elements within each other', '<a>'.repeat(300_000)],
  ['elements within each other, all closed', `${'<a>'.repeat(1000)}${'</a>'.repeat(1000)}`],
  ['elements', `<dialog>${'<value/>'.repeat(20_000)}</dialog>`],
  ['attributes', `<dialog ${Array.from({ length: 51 }, (_, index) => `a${index}=""`).join(' ')}/>`],
])('readScript() does not look at too many %s', (_, text) => {
  expect(problemsOf(text)).toEqual([expect.stringMatching(/^1:1 xml Expected at most \d+/)])
})
