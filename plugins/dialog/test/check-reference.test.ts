import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readActions } from '../src/actions-file.ts'
import { checkScripts } from '../src/check/check-scripts.ts'
import { dtdText } from '../src/dtd.ts'

const page = readFileSync(new URL('../../../docs/reference/dialogs.md', import.meta.url), 'utf8')
const visit = close(/```xml\n([^]*?)```/.exec(page)?.[1] ?? '')
const { actions } = readActions(/```yaml\n([^]*?)```/.exec(page)?.[1] ?? '')
const classes = { Customer: { number: 'number', name: 'text', active: 'boolean' }, Slot: { day: 'date', open: 'boolean', part: 'text', technician: { object: 'Technician' } }, Technician: { name: 'text', state: 'text' } } as const
const choices = { Slot: { part: ['morning', 'evening'] }, Technician: { state: ['at-work', 'ill'] } }

const called = (id: string, languages: string, onward: string): string => `<dialog id="${id}" version="1" start="found" languages="${languages}"><title>x</title><input name="number" type="number"/>
  <lookup id="found" class="Customer" where="number == dialog.number"><when test="found != null" to="known"/><otherwise to="unknown"/></lookup>${onward}<end id="unknown" outcome="unknown"/></dialog>`
const others = [
  called('identify', 'en nb', '<end id="known" outcome="known"/>'),
  called('english', 'en', '<end id="known" outcome="known"/>'),
  called('again', 'en nb', '<call id="known" dialog="visit"><arg name="customer" value="found"/><otherwise to="unknown"/></call><end id="end" outcome="known"/>'),
].map((text, index) => ({ file: `other${index}.xml`, text }))

/** The rows of the tables: a rule, its level, what breaks it and what is right, each in one or several parts. */
const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (error|warning) \| .*? \| (`[^|]*`) \| (`[^|]*`) \|$/gm)].map(([, rule = '', level = '', wrong = '', right = '']) => ({ rule, level, wrong: partsOf(wrong), right: partsOf(right) }))

test('the script of the page is right', () => expect(problemsOf(visit)).toEqual([]))

test.each(rows)('$rule is told as $level of $wrong, and nothing else', ({ rule, level, wrong, right }) => {
  expect(right.filter((part) => !visit.includes(part))).toEqual([])
  const broken = right.reduce((text, part, index) => text.replace(part, () => wrong[index] ?? ''), visit)
  const problems = problemsOf(broken)
  expect([...new Set(problems.map((problem) => `${problem.rule} ${problem.level}`))], JSON.stringify(problems)).toEqual([`${rule} ${level}`])
})

test('the page has a row for each rule of the code, and one for each element and attribute of the DTD', () => {
  const told = new Set([...rows.map(({ rule }) => rule), 'duplicate-dialog', 'actions', 'dtd'])
  const names = [...dtdText.matchAll(/<!ELEMENT (\S+)/g)].map(([, name = '']) => name)
  const attributes = [...dtdText.matchAll(/^ {2}([a-z-]+) /gm)].map(([, name = '']) => name)
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  expect(attributes.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  expect(told.size).toBeGreaterThan(50)
})

test('what is wrong within an expression is told where it stands in the file, whatever is written before it', () => {
  const places = (test: string): unknown => checkScripts([{ file: 'x.xml', text: `<dialog id="x" version="1" start="a"><title>x</title>\n<question id="a" type="number"><prompt>x</prompt><when test="${test}" to="b"/><otherwise to="b"/></question><end id="b" outcome="x"/></dialog>` }], { classes, actions })[0]?.problems.map(({ rule, place }) => [rule, place])
  expect(places('a > 1 || b')).toEqual([['expression', { line: 2, column: 71 }]])
  expect(places('a &gt; 1 &amp;&amp; b')).toEqual([['expression', { line: 2, column: 82 }]])
  expect(places('a &gt; 1\n  &amp;&amp; b')).toEqual([['expression', { line: 3, column: 14 }]])
})

function problemsOf(text: string): readonly { readonly rule: string; readonly level: string; readonly message: string }[] {
  return checkScripts([{ file: 'visit.xml', text }, ...others], { classes, choices, actions })[0]?.problems ?? []
}

/** Without the spaces between elements, so that parts of several lines are found. */
function close(text: string): string {
  return text.replace(/>\s+</g, '><')
}

function partsOf(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]*)`/g)].map(([, part = '']) => part)
}
