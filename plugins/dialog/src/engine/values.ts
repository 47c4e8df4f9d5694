import type { Script, Value } from '../script.ts'

/** The values of a script's names. */
export type Values = Readonly<Record<string, Value>>

/** All that expressions may name. */
export type Names = Values & { readonly now: string; readonly today: string }

/** What all names stand for: answers and what else is known, the time, and what is computed of them. */
export function namesOf(script: Script, known: Values, now: string): Names {
  const all: Record<string, Value> & { now: string; today: string } = { ...known, now, today: '' }
  all.today = script.today(all)
  for (const { name, value } of script.lets) all[name] = value(all)
  return all
}

/** The same names after one of them has got another value. */
export function withValue(script: Script, values: Names, name: string, value: Value): Names {
  return namesOf(script, { ...values, [name]: value }, values.now)
}
