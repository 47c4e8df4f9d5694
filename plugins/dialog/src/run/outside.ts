import type { Lookout } from '../engine/state.ts'
import type { Value } from '../script.ts'

/** What was found. */
export interface Finding {
  readonly value: Value
  readonly failed?: true
}

/** Where a terminal finds what a dialog looks up or requests; nothing where this source does not know it. */
export type Source = (lookout: Lookout) => Promise<Finding | undefined>

/** What a file says: by the name of the node (`customer`, `who/customer`), else by the class or the action. */
export function fromData(data: Readonly<Record<string, Value>>): Source {
  return async (lookout) => {
    const names = [lookout.asked.split(' ')[0] ?? '', lookout.kind === 'look' ? lookout.query.class : lookout.action]
    const name = names.find((one) => Object.hasOwn(data, one))
    return name === undefined ? undefined : { value: data[name] ?? null }
  }
}

/** What the person types: JSON, nothing where there is none, or the word "failed". */
export function fromPerson(read: (prompt: string) => Promise<string | undefined>, say: (text: string) => void): Source {
  return async (lookout) => {
    say(questionOf(lookout))
    for (;;) {
      const line = (await read('JSON> '))?.trim()
      if (line === undefined || line === '') return { value: null }
      if (line === 'failed') return { value: null, failed: true }
      try {
        return { value: JSON.parse(line) as Value }
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error
        say(`That is no JSON: ${error.message}`)
      }
    }
  }
}

function questionOf(lookout: Lookout): string {
  const what = lookout.kind === 'look' ? `Look up ${lookout.query.many ? 'all' : 'one'} ${lookout.query.class} where ${lookout.query.where}` : `Request ${lookout.action} ${JSON.stringify(lookout.args)}`
  return `${what}: type the answer as JSON, nothing if there is none, or "failed"`
}
