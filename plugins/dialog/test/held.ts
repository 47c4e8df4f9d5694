import type { Value } from '../src/script.ts'
import type { Channel } from '../src/definition.ts'
import { Conversation, type Outcome } from '../src/run/conversation.ts'
import { exampleScripts } from './examples.ts'

/** What lookups and requests of the debtor's dialog find. */
export const found = {
  Customer: { number: '17', name: 'Kari Nordmann', born: '1980-05-12', telephone: '+4722334455', email: 'kari@example.no', address: null },
  Invoice: { number: '1234', open: { amount: '3000.00', currency: 'NOK' }, due: '2026-10-01', state: 'overdue' },
  'credit.score': { score: '700' },
} as const satisfies Readonly<Record<string, Value>>

/** Holds the debtor's dialog on 30 November 2026, and tells what was said and what became of it. */
export function held(lines: readonly string[], channel: Channel, language: string): { readonly said: string; readonly outcome: Outcome } {
  const script = exampleScripts().get('debtor')
  if (script === undefined) throw new Error('The example has no dialog "debtor"')
  const conversation = new Conversation(script, { given: {}, channel, language, texts: new Map([['en', {}]]), now: () => '2026-11-30T09:00:00.000Z' })
  const said: string[] = []
  const goOn = (): void => {
    for (let lookout = conversation.lookout; lookout !== undefined; lookout = conversation.lookout) {
      said.push(...conversation.found({ value: lookout.kind === 'look' ? found[lookout.query.class as 'Customer'] : found['credit.score'] }))
    }
    said.push(...conversation.shown())
  }
  goOn()
  for (const line of lines) {
    if (conversation.isOver) break
    said.push(`> ${line}`, ...conversation.take(line))
    goOn()
  }
  return { said: said.join('\n'), outcome: conversation.outcome }
}
