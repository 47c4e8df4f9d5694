import { isDeepStrictEqual } from 'node:util'
import { namesBefore, type AttributeDefinition } from '../attribute-schema.ts'
import { originOf } from '../declaration.ts'
import type { Written } from '../draft.ts'
import { ModelerError } from '../errors.ts'
import type { ClassDefinition, ExtensionDefinition, ModelDefinition } from '../model-schema.ts'
import { type Form, titleOf } from './form.ts'
import { isSameAttribute, loneAttribute, mergedAttribute } from './merged-attribute.ts'

type Attributes = Readonly<Record<string, string | AttributeDefinition>>

/**
 * The classes that objects of all forms fit, by what they are of: with the attributes of all, of which only those are
 * required that all forms write, and only the rules that are in all.
 *
 * @throws ModelerError `FORMS_APART` with every reason why there are none
 */
export function mergedForms(forms: readonly Form[]): ReadonlyMap<string, Written<ModelDefinition>> {
  const merged = new Map<string, Written<ModelDefinition>>()
  const reasons: string[] = []
  for (const { component, version, definitions } of forms) {
    for (const definition of definitions) {
      const title = titleOf(definition, component)
      const before = merged.get(title)?.value
      const tell = (why: string): unknown => reasons.push(`${title.replace(/^(class|value) /, '')}${why} in ${component} ${version}`)
      const value = before === undefined || isDeepStrictEqual(before, definition) ? definition : mergedDefinition(before, definition, tell)
      merged.set(title, { value, origin: originOf(component) })
    }
  }
  if (reasons.length === 0) return merged
  throw new ModelerError('FORMS_APART', `Looked for a model that all versions in use find what they need in: ${reasons.join('; ')}. What is there can only be added to until the version before is given up by "caruso finalize"; name what is new otherwise`, { details: { reasons } })
}

type Tell = (why: string) => unknown

function mergedDefinition(before: ModelDefinition, now: ModelDefinition, tell: Tell): ModelDefinition {
  const attributes = mergedAttributes(before.attributes ?? {}, now.attributes ?? {}, tell)
  if ('value' in now || 'value' in before) return { ...now, attributes }
  const both = { ...now, attributes, ...membersOf(before, now) }
  return 'class' in both && 'class' in before ? { ...both, ...behavioursOf(before, both, tell) } : both
}

function mergedAttributes(before: Attributes, now: Attributes, tell: Tell): Attributes {
  const names = [...new Set([...Object.keys(now), ...Object.keys(before)])]
  return Object.fromEntries(names.flatMap((name) => {
    const [old, young] = [before[name], now[name]].map((one) => (typeof one === 'string' ? ({ type: one } as AttributeDefinition) : one))
    const was = young && namesBefore(young).find((one) => before[one] !== undefined && now[one] === undefined)
    if (was !== undefined) tell(`.${name}: it is renamed from ${was}`)
    if (old === undefined || young === undefined) return (old ?? young) === undefined ? [] : [[name, loneAttribute((old ?? young) as AttributeDefinition)]]
    if (isSameAttribute(old, young)) return [[name, young]]
    const merged = mergedAttribute(old, young)
    if (typeof merged !== 'string') return [[name, merged]]
    tell(`.${name}: ${merged}`)
    return [[name, young]]
  }))
}

function membersOf(before: ClassDefinition | ExtensionDefinition, now: ClassDefinition | ExtensionDefinition): Pick<ClassDefinition, 'relations' | 'rules' | 'computed'> {
  const rules = Object.entries(now.rules ?? {}).filter(([name, rule]) => isDeepStrictEqual(rule, before.rules?.[name]))
  return {
    ...(before.relations === undefined && now.relations === undefined ? {} : { relations: { ...before.relations, ...now.relations } }),
    ...(now.rules === undefined ? {} : { rules: Object.fromEntries(rules) }),
    ...(before.computed === undefined && now.computed === undefined ? {} : { computed: { ...before.computed, ...now.computed } }),
  }
}

function behavioursOf(before: ClassDefinition, now: ClassDefinition, tell: Tell): Pick<ClassDefinition, 'history' | 'softDelete' | 'locking'> {
  if (!isDeepStrictEqual([before.key ?? []].flat(), [now.key ?? []].flat())) tell(`: its key was ${[before.key ?? 'none'].flat().join(', ')} and is ${[now.key ?? 'none'].flat().join(', ')}`)
  if (typeof (before.locking ?? now.locking) !== typeof (now.locking ?? before.locking) || (typeof now.locking === 'string' && typeof before.locking === 'string' && now.locking !== before.locking)) tell(': its changes are counted otherwise')
  const locking = now.locking === undefined || now.locking === false ? before.locking : now.locking
  return {
    ...(before.history === true || now.history === true ? { history: true } : {}),
    ...(before.softDelete === true || now.softDelete === true ? { softDelete: true } : {}),
    ...(locking === undefined ? {} : { locking }),
  }
}
