import type { PromptDefinition } from '../definition.ts'
import type { Spoken } from '../script.ts'
import type { Expressions } from './expressions.ts'

/** Prompts with their values compiled. */
export function spoken(prompts: readonly PromptDefinition[], expressions: Expressions): readonly Spoken[] {
  return prompts.map(({ channel, lang, words }) => ({
    channel,
    ...(lang === undefined ? {} : { lang }),
    words: words.map((word) => {
      if (typeof word === 'string') return word
      const { type, compute } = expressions.value(word.of)
      return { of: compute, type, as: word.as, name: word.of.text.trim() }
    }),
  }))
}
