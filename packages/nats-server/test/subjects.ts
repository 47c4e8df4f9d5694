import fc from 'fast-check'

/** Few tokens, so that patterns and subjects meet often; some only look like wildcards. */
const word = fc.constantFrom('a', 'b', 'c', 'a*', '>b', 'toString')

export const pattern = fc.tuple(
  fc.array(fc.oneof(word, fc.constant('*')), { minLength: 1, maxLength: 4 }),
  fc.boolean(),
).map(([tokens, isOpenEnded]) => (isOpenEnded ? [...tokens.slice(1), '>'] : tokens).join('.'))

/** What is published may hold empty tokens and wildcards, which match as plain tokens or not at all. */
export const subject = fc.array(fc.oneof({ weight: 8, arbitrary: word }, { weight: 1, arbitrary: fc.constantFrom('', '*', '>') }), { minLength: 1, maxLength: 5 })
  .map((tokens) => tokens.join('.'))
  .filter((text) => text !== '')
