import type { Call, Client } from '@caruso/contract'
import { evaluator } from '@caruso/expression'
import type { Row, Storage, Value } from '@caruso/storage/contract'
import type { Classes } from './classes.ts'
import { ModelerError } from './errors.ts'
import { FindPlan } from './find-plan.ts'
import { keyCondition } from './key-condition.ts'
import { isKeyOf } from './object-values.ts'
import { own } from './path-resolver.ts'
import type { Planned } from './planned.ts'
import type { PolicyCheck } from './policy-check.ts'
import { textOf, type Rule } from './rule.ts'

/** Of changes after which a rule does not hold, the one that is told; with every attribute that the rule is about. */
export async function brokenRule(storage: Client<typeof Storage>, planned: readonly Planned[], { class: one, entries }: PolicyCheck, rule: Rule, everything: Classes, call: Call): Promise<ModelerError> {
  const changes = entries.map(({ change }) => change)
  const single = changes.length === 1 || !rule.own ? undefined : await firstBroken(storage, planned, changes, rule, everything, call)
  const [from, to] = single === undefined ? [changes[0], changes.at(-1)] : [single, single]
  const tried = from === to ? `Committed change ${from}, of class "${one.name}"` : `Committed one of the changes ${from} to ${to}, of class "${one.name}"`
  const text = textOf(rule)
  const problems = rule.attributes.map((attribute) => ({ attribute, expected: text ?? `what rule "${rule.name}" says`, found: 'what does not fit the others' }))
  return new ModelerError('OBJECT_INVALID', `${tried}: rule "${rule.name}" does not hold${text === undefined ? '' : `: ${text}`}`, {
    details: { change: from, class: one.name, problems, rule: { name: rule.name, attributes: rule.attributes, ...(rule.message === undefined ? {} : { message: rule.message }) } },
  })
}

/** The transaction is undone, so the objects are put together once more. */
async function firstBroken(storage: Client<typeof Storage>, planned: readonly Planned[], changes: readonly number[], { term }: Rule, everything: Classes, call: Call): Promise<number | undefined> {
  const holds = evaluator(term)
  for (const change of changes) {
    const made = planned[change]
    if (made === undefined) continue
    const find = new FindPlan(made.class, {}, everything)
    const row = made.known ? (await storage.query(find.planOfKey(keyCondition(made.class, made.known.key, own, 'Read an object')), call)).rows[0] : undefined
    const written = Object.fromEntries([...made.values].map(([leaf, value]): [string, Value] => [leaf.path, isKeyOf(value) ? null : (value as Value)]))
    const after: Row = { ...row, ...written }
    if (holds(find.mapper.map(after)) !== true) return change
  }
  return undefined
}
