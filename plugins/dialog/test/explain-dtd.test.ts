import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readScript } from '../src/read-script.ts'

const script = `<dialog id="d" version="1.0" start="hello" languages="en nb">
  <title lang="en">A debtor</title>
  <info id="hello"><prompt lang="en">Hello <value of="today"/>!</prompt><otherwise to="amount"/></info>
  <question id="amount" type="number" min="1"><prompt>How much?</prompt>
    <when test="amount &gt; 10" to="bye"><do action="billing.promised"><arg name="amount" value="amount"/></do><commit/></when>
    <otherwise to="bye"/>
  </question>
  <end id="bye" outcome="done"/>
</dialog>`

test.each([
  ['<end id', '<ende id', '8:3 unknown-element Unknown element "ende" (did you mean "end"?)'],
  ['min="1"', 'mim="1"', '4:44 unknown-attribute Unknown attribute "mim" of "question" (did you mean "min"?)'],
  ['id="hello">', 'id="hello" colour="red">', '3:28 unknown-attribute Unknown attribute "colour" of "info": it has "id" and "relevant"'],
  ['action="billing.promised"', 'acton="billing.promised"', '5:53 unknown-attribute Unknown attribute "acton" of "do" (did you mean "action"?)'],
  ['type="number"', '', '4:3 missing-attribute "question" needs the attribute "type"'],
  ['outcome="done"', 'outcome="all done"', '8:26 wrong-value Expected as "outcome" of "end" one word of letters, digits, "-", "_" and ".", found "all done"'],
  ['type="number"', 'type="numbr"', '4:31 wrong-value Expected as "type" of "question" "text", "number", "date", "money", "yes-no", "one", "many", "email" or "telephone" (did you mean "number"?), found "numbr"'],
  ['languages="en nb"', 'languages="en, nb"', '1:55 wrong-value Expected as "languages" of "dialog" words of letters, digits, "-", "_" and "." with spaces between them, found "en, nb"'],
  ['<info id="hello"', '<info id="1st"', '3:13 wrong-value Expected as "id" of "info" a name of letters and digits that begins with a letter, found "1st"'],
  ['to="amount"', 'to="amuont"', '3:88 unknown-target There is no node "amuont" to go to (did you mean "amount"?)'],
  ['<end id="bye"', '<end id="hello"', '8:12 duplicate-id The id "hello" is taken by the info in line 3'],
  ['<prompt>How much?</prompt>', '', '4:3 wrong-content "question" needs "prompt" before "when"'],
  ['<otherwise to="bye"/>', '', '4:3 wrong-content "question" needs "otherwise" at its end'],
  ['<otherwise to="bye"/>', '<otherwise to="bye"/><prompt>x</prompt>', '6:26 wrong-content In "question", "prompt" stands after "otherwise": the order is "prompt", "choice", "check", "on", "when" and "otherwise"'],
  ['<commit/>', '<commit/><commit/>', '5:121 wrong-content "when" has only one "commit", found another'],
  ['<commit/>', '<commit>x</commit>', '5:112 wrong-content "commit" holds nothing, found the text "x"'],
  ['<commit/>', 'done', '5:5 wrong-content "when" holds only "do" and "commit", found the text "done"'],
  ['<commit/>', '<choice value="x"/>', '5:112 wrong-content "choice" does not stand in "when": there stand "do" and "commit"'],

])('what does not follow the DTD is told in words and at its place, once: %s', (before, after, expected) => {
  const lost = /There is no node "(bye|hello)"/
  expect(problemsOf(script.replace(before, after)).filter((line) => !lost.test(line))).toEqual([expected])
})

const identify = readFileSync(new URL('../../../examples/dialogs/dialogs/identify.xml', import.meta.url), 'utf8')

test('whatever a validator of XML refuses is explained', () => {
  const tags = [...identify.matchAll(/<[^>]*>|[^<]+/g)].map(([tag]) => tag)
  const at = fc.nat({ max: tags.length - 1 })
  const change = fc.oneof(
    fc.tuple(at, at).map(([one, two]) => (all: string[]) => all.splice(two, 0, all[one] ?? '')),
    at.map((one) => (all: string[]) => all.splice(one, 1)),
    fc.tuple(at, at).map(([one, two]) => (all: string[]) => ([all[one], all[two]] = [all[two] ?? '', all[one] ?? ''])),
    fc.tuple(at, fc.constantFrom('id', 'to', 'type', 'lang', 'for', 'name')).map(([one, name]) => (all: string[]) => (all[one] = (all[one] ?? '').replace(new RegExp(` ${name}="[^"]*"`), ''))),
    fc.tuple(at, fc.constantFrom('""', '"a b"', '"1"', '"number"', '"x:y"')).map(([one, value]) => (all: string[]) => (all[one] = (all[one] ?? '').replace(/"[^"]*"/, value))),
    fc.tuple(at, fc.constantFrom('prompt', 'info', 'x', 'on', 'commit')).map(([one, name]) => (all: string[]) => (all[one] = (all[one] ?? '').replace(/^<\w+([^/]*)\/>/, `<${name}$1/>`))),
  )
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 2 }), (changes) => {
      const all = [...tags]
      for (const one of changes) one(all)
      expect(problemsOf(all.join('')).filter((line) => line.includes(' dtd '))).toEqual([])
    }),
    { numRuns: Number(process.env['CARUSO_DTD_RUNS'] ?? 300) },
  )
})

function problemsOf(text: string): readonly string[] {
  const read = readScript(text)
  return 'problems' in read ? read.problems.map(({ rule, place, message }) => `${place.line}:${place.column} ${rule} ${message}`) : []
}
