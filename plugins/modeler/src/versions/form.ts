import { isDeepStrictEqual } from 'node:util'
import type { ModelDefinition } from '../model-schema.ts'

/** The classes as one version of a component needs them. */
export interface Form {
  readonly component: string
  readonly version: string
  readonly definitions: readonly ModelDefinition[]
}

/** The same classes, whichever version says so. */
export function isSameForm(a: Form, b: Form): boolean {
  return a.component === b.component && isDeepStrictEqual(a.definitions, b.definitions)
}

/** Forms, each once. */
export function eachOnce(forms: readonly Form[]): readonly Form[] {
  return forms.filter((form, index) => form.definitions.length > 0 && forms.findIndex((other) => isSameForm(form, other)) === index)
}

/** What a description is of; there may be one of each in all. */
export function titleOf(definition: ModelDefinition, component: string): string {
  if ('class' in definition) return `class ${definition.class}`
  return 'value' in definition ? `value ${definition.value}` : `${component} extends ${definition.extend}`
}
