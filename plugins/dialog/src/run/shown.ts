import type { View } from '../view-schema.ts'

/** What is said and asked, as lines for a terminal. */
export function shownView({ said, question, notice, channel, handOver }: View): readonly string[] {
  const lines = notice === undefined ? said : [notice.text]
  if (question === undefined) return lines
  const { prompt, choices, required, proposedText, keypad } = question
  const hints = [...(required ? [] : ['may stay empty']), ...(proposedText === undefined ? [] : [`[${proposedText}]`]), ...(channel === 'keypad' && keypad === 'record' ? ['what the caller says is recorded'] : [])]
  const handing = channel === 'keypad' && handOver !== undefined ? ['(A keypad cannot give this: the call is handed over. Go on by :channel agent)'] : []
  const shown = choices.map(({ label, digit }, index) => `  ${digit ?? index + 1}  ${label}`)
  return [...lines, '', hints.length === 0 ? prompt : `${prompt} (${hints.join('; ')})`, ...shown, ...handing]
}

/** The answers so far with the names by which they are changed. */
export function shownAnswers({ answers }: View): readonly string[] {
  return answers.length === 0 ? ['Nothing was answered yet'] : answers.map(({ path, prompt, text }) => `  ${path}: ${text}  (${prompt})`)
}
