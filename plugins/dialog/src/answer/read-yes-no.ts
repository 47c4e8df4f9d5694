import type { Locale } from '../locale.ts'
import { wordsOf } from '../words/words.ts'
import { knownBy, matchOption } from './match-option.ts'
import { folded } from './plain-text.ts'
import type { Option, Reading } from './reading.ts'

/** Yes or no: by the words of the language or of English, or as the script calls them. */
export function readYesNo(text: string, choices: readonly Option[], { words }: Locale): Reading {
  const english = wordsOf('en')
  const more = { yes: [...words.yes, ...english.yes], no: [...words.no, ...english.no] }
  const reading = matchOption(folded(text), knownBy(yesAndNo(choices, words.yes[0], words.no[0]), more))
  return 'wrong' in reading ? { wrong: reading.wrong === 'unclear' ? 'unclear' : 'yes-no' } : { value: reading.value === 'yes' }
}

/** Both options, with labels and digits where the script gives them; the digits are 1 and 2 where it does not. */
export function yesAndNo(choices: readonly Option[], yes = 'yes', no = 'no'): readonly Option[] {
  const option = (value: string, label: string, digit: string): Option => {
    const given = choices.find((choice) => choice.value === value)
    return { value, label: given?.label ?? label, digit: given?.digit ?? digit }
  }
  return [option('yes', yes, '1'), option('no', no, '2')]
}
