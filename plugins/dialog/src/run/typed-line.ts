import type { Channel } from '../definition.ts'
import type { View } from '../view-schema.ts'

/** What a line in the terminal means: an answer, or a command that begins with a colon. */
export type TypedLine =
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'proposed' | 'no-input' | 'help' | 'back' }
  | { readonly kind: 'answers' | 'quit' }
  | { readonly kind: 'change'; readonly node: string }
  | { readonly kind: 'turn'; readonly channel?: Channel; readonly language?: string }
  | { readonly kind: 'unknown'; readonly command: string }

/** The commands, as they are told. */
export const commandWords = ':back  :help  :answers  :change NAME  :lang nb  :channel agent|web|keypad  :quit'

/** An empty line takes the answer that is proposed; on a keypad it is that nothing came. */
export function typedLine(line: string, { channel, question }: Pick<View, 'channel' | 'question'>): TypedLine {
  if (line.startsWith(':')) return commandOf(line)
  if (line.trim() !== '') return { kind: 'answer', text: line }
  if (channel === 'keypad') return { kind: 'no-input' }
  return question?.proposed === undefined ? { kind: 'answer', text: '' } : { kind: 'proposed' }
}

function commandOf(line: string): TypedLine {
  const [command = '', argument = ''] = line.slice(1).trim().split(/\s+/)
  switch (command) {
    case 'back':
    case 'help':
      return { kind: command }
    case 'answers':
    case 'quit':
      return { kind: command }
    case 'change':
      return { kind: 'change', node: argument }
    case 'lang':
      return { kind: 'turn', language: argument }
    case 'channel':
      return { kind: 'turn', channel: argument as Channel }
    default:
      return { kind: 'unknown', command }
  }
}
