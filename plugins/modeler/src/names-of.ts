import type { OutputOf } from '@caruso/contract'
import type { BusinessClass } from './business-class.ts'
import type { Objects } from './contract.ts'
import type { Model } from './model.ts'

/** What whoever writes conditions may name, as the operation `names` tells it. */
export function namesOf(model: Model): OutputOf<typeof Objects.operations.names> {
  const classes = [...model.classes]
  return {
    classes: model.names,
    keys: Object.fromEntries(classes.map(({ name, key }) => [name, key.map((attribute) => attribute.name)])),
    choices: Object.fromEntries(classes.map((one) => [one.name, choicesOf(one)])),
  }
}

function choicesOf({ attributes }: BusinessClass): Record<string, string[]> {
  return Object.fromEntries([...attributes.values()].flatMap(({ name, definition }) => (definition.type === 'choice' || definition.type === 'choices' ? [[name, [...definition.of]] as const] : [])))
}
