import type { Channel } from './definition.ts'
import type { Library } from './library.ts'
import type { Script } from './script.ts'
import { say } from './speech.ts'

/** A script as whoever begins a dialog chooses it. */
export interface Choosable {
  readonly id: string
  readonly version: string
  readonly title: string
  readonly languages: string[]
  readonly channels: Channel[]
}

/** The scripts that people begin, in the order of their titles. One that another calls is a part of that, though it can be begun too. */
export function scriptsIn({ editions }: Library, language: string): Choosable[] {
  const parts = new Set([...editions.values()].flatMap(({ script, texts }) => Object.keys(texts).filter((id) => id !== script.id)))
  const all = [...editions.values()].filter(({ script }) => !parts.has(script.id)).map(({ script }) => ({ id: script.id, version: script.version, title: titleOf(script, language), languages: [...script.languages], channels: [...script.channels] }))
  return all.toSorted((a, b) => a.title.localeCompare(b.title, language))
}

function titleOf(script: Script, language: string): string {
  const spoken = script.languages.includes(language) ? language : (script.languages[0] ?? 'en')
  return say(script.titles, script, {}, { channel: 'web', language: spoken }) || script.id
}
