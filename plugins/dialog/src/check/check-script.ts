import type { Compilation } from '../compile/compile.ts'
import type { Definition } from '../definition.ts'
import type { Problem } from '../problem.ts'
import type { Surroundings } from '../surroundings.ts'
import { choiceCounts, choiceValues, defaultChoices, digits, keypad } from './choices.ts'
import { comparedChoices } from './compared-choices.ts'
import { withoutConsequences } from './consequences.ts'
import { constantConditions } from './constants.ts'
import { countries, languages } from './languages.ts'
import { counts, currencies, escalations, ranges } from './limits.ts'
import { takenNames, wrongNames } from './names.ts'
import { duplicatePrompts, missingPrompts, strangeLanguages, strangePrompts } from './prompts.ts'
import { Subject, type Rule } from './subject.ts'
import { earlyNames, unusedNames } from './used-names.ts'
import { actions, calls, lookups, subjects } from './uses.ts'
import { deadEnds, emptyCommits, loops, repeatedTests, unreachable } from './ways.ts'

const rules: readonly Rule[] = [
  ...[wrongNames, takenNames, unusedNames, earlyNames],
  ...[unreachable, deadEnds, loops, repeatedTests, emptyCommits, constantConditions],
  ...[languages, countries, missingPrompts, duplicatePrompts, strangePrompts, strangeLanguages],
  ...[choiceCounts, choiceValues, defaultChoices, comparedChoices, digits, keypad],
  ...[ranges, currencies, counts, escalations],
  ...[lookups, actions, calls, subjects],
]

/** All that is wrong with a script that follows the DTD, in the order in which it stands there. */
export function checkScript(definition: Definition, { script, problems }: Compilation, surroundings: Surroundings): readonly Problem[] {
  const subject = new Subject(definition, script, surroundings)
  const found = [...problems, ...rules.flatMap((rule) => rule(subject))]
  // A name that is misspelt is not unused too.
  const isWrong = found.some(({ rule }) => rule === 'expression')
  const told = withoutConsequences(found, subject).filter(({ rule }) => !(isWrong && rule === 'unused-name'))
  return told.toSorted((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)
}
