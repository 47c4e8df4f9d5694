import { didYouMean } from './did-you-mean.ts'
import { signs } from './expression.ts'
import type { Sign } from './expression.ts'
import { foldNames } from './fold-call.ts'
import { operators } from './operators.ts'
import type { Op } from './operators.ts'
import type { Term } from './term.ts'
import { typeName } from './type.ts'

/** The operators that are written as functions. */
export const functionNames: readonly Op[] = (Object.keys(operators) as Op[]).filter((op) => !(op in signs))

/** What people who know CEL look for, and what to write instead. */
const instead: ReadonlyMap<string, string> = new Map([
  ['matches', 'there are no regular expressions; use startsWith, endsWith or contains'],
  ['has', 'write "!= null"'],
  ['timestamp', 'write instant("2026-01-31T10:00:00Z")'],
  ['string', 'write text(…)'],
  ['int', 'there is one type of numbers; write floor(…) or round(…)'],
  ['double', 'there is one type of numbers'],
  ['exists_one', 'write filter(x, …).size() == 1'],
  ['now', 'the current time is a name that is handed in where there is one'],
])

export function unknownFunction(name: string): string {
  const hint = instead.get(name) ?? (/^get[A-Z]/.test(name) ? 'write year(date(…, "Europe/Oslo")), hour(time(…, "Europe/Oslo")) and so on' : undefined)
  return `Unknown function ${JSON.stringify(name)}${hint === undefined ? didYouMean(name, [...functionNames, ...foldNames]) : `: ${hint}`}`
}

/** What an operator or a function takes, against what it was given. */
export function misfit(op: Op, args: readonly Term[]): string {
  const written = op in signs ? signs[op as Sign].written : op
  const takes = [...new Set(operators[op].map(({ takes: types }) => types.map(typeName).join(' and ')))]
  const expected = takes.length > 6 ? 'values of one type' : takes.join(', or ')
  const found = args.map(({ type }) => typeName(type))
  const constructed = found.find((type) => type === 'date' || type === 'time' || type === 'instant' || type === 'duration')
  const hint = constructed !== undefined && found.includes('text') ? ` (a ${constructed} is written ${constructed}("${examples[constructed]}"))` : ''
  return `Compute ${JSON.stringify(written)}: expected ${expected}, found ${found.join(' and ') || 'nothing'}${hint}`
}

const examples = { date: '2026-01-31', time: '10:30', instant: '2026-01-31T10:30:00Z', duration: '1d12h' } as const
