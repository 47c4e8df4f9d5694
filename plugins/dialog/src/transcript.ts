import type { Channel } from './definition.ts'
import type { KeptDialog } from './dialog-store.ts'
import { walk } from './engine/walk.ts'
import { say } from './speech.ts'
import { answerText } from './view.ts'

/** What was asked and answered. */
export interface Transcript {
  readonly script: string
  readonly version: string
  readonly entries: Entry[]
  readonly outcome: string | null
}

interface Entry {
  readonly at: string
  readonly channel: Channel
  readonly path: string
  readonly prompt: string
  readonly text: string
}

/** The transcript of a dialog, in the language that it was led in last or in another. */
export function transcriptOf({ edition: { script }, state }: KeptDialog, language = state.language): Transcript {
  const { answered, at } = walk(script, state)
  const entries = answered.flatMap((answer): Entry[] => {
    const fact = state.facts[answer.fact]
    if (fact?.kind !== 'answer' || fact.skipped) return []
    const listener = { channel: fact.channel, language }
    return [{ at: fact.at, channel: fact.channel, path: answer.path, prompt: say(answer.node.prompts, answer.script, answer.values, listener), text: answerText(answer, answer.value, listener) }]
  })
  return { script: script.id, version: script.version, entries, outcome: state.over ?? (at.kind === 'ended' ? at.node.outcome : null) }
}
