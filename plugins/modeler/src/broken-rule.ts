import type { Call, Client } from '@caruso/contract'
import { evaluator } from '@caruso/expression'
import type { Row, Storage, Value } from '@caruso/storage/contract'
import type { Classes } from './classes.ts'
import { ModelerError } from './errors.ts'
import { FindPlan } from './find-plan.ts'
import { keyCondition } from './key-condition.ts'
import { keyName } from './key-name.ts'
import { isKeyOf } from './object-values.ts'
import { own } from './path-resolver.ts'
import type { Planned } from './planned.ts'
import type { PolicyCheck } from './policy-check.ts'
import { textOf, type Rule } from './rule.ts'

/** Of changes after which a rule does not hold, the one that is told; with every attribute that the rule is about. */
export async function brokenRule(storage: Client<typeof Storage>, planned: readonly Planned[], check: PolicyCheck, rule: Rule, everything: Classes, call: Call): Promise<ModelerError> {
  const { class: one, changes } = check
  const single = changes.length === 1 || !rule.own ? undefined : await firstBroken(storage, planned, check, rule, everything, call)
  const [from, to] = single === undefined ? [changes[0], changes.at(-1)] : [single, single]
  const tried = from === to ? `Committed change ${from}, of class "${one.name}"` : `Committed one of the changes ${from} to ${to}, of class "${one.name}"`
  const text = textOf(rule)
  const problems = rule.attributes.map((attribute) => ({ attribute, expected: text ?? `what rule "${rule.name}" says`, found: 'what does not fit the others' }))
  return new ModelerError('OBJECT_INVALID', `${tried}: rule "${rule.name}" does not hold${text === undefined ? '' : `: ${text}`}`, {
    details: { change: from, class: one.name, problems, rule: { name: rule.name, attributes: rule.attributes, ...(rule.message === undefined ? {} : { message: rule.message }) } },
  })
}

/** The transaction is undone, so the objects are put together once more, each with all that the commit writes to it. */
async function firstBroken(storage: Client<typeof Storage>, planned: readonly Planned[], check: PolicyCheck, { term, names }: Rule, everything: Classes, call: Call): Promise<number | undefined> {
  const { class: one, keys, changes } = check
  const holds = evaluator(term)
  const find = new FindPlan(one, { fields: [...names] }, everything)
  const written = writtenBy(planned, check)
  for (const [index, key] of keys.entries()) {
    const change = changes[index] ?? 0
    const known = planned[change]?.known
    const row = known ? (await storage.query(find.planOfKey(keyCondition(one, known.key, own, 'Read an object')), call)).rows[0] : undefined
    const after: Row = { ...row, ...written.get(keyName(one, key)) }
    if (holds(find.mapper.map(after)) !== true) return change
  }
  return undefined
}

/** What the changes write to each object, by its key. */
function writtenBy(planned: readonly Planned[], { class: one, keys, changes }: PolicyCheck): ReadonlyMap<string, Row> {
  const written = new Map<string, Row>()
  for (const [index, key] of keys.entries()) {
    const values = (planned[changes[index] ?? 0]?.values.entries() ?? []).map(([leaf, value]): [string, Value] => [leaf.path, isKeyOf(value) ? null : value])
    const name = keyName(one, key)
    written.set(name, { ...written.get(name), ...Object.fromEntries(values) })
  }
  return written
}
