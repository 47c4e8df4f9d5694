import type { Definition } from '../definition.ts'
import type { Problem } from '../problem.ts'
import type { Script } from '../script.ts'
import type { Surroundings } from '../surroundings.ts'
import { compileScript } from './compile.ts'

/** Scripts by their ids, and what is wrong with each. */
export interface CompiledScripts {
  readonly scripts: ReadonlyMap<string, Script>
  readonly problems: ReadonlyMap<string, readonly Problem[]>
}

/** Compiles scripts that call each other, those that are called first. */
export function compileAll(definitions: readonly Definition[], surroundings: Omit<Surroundings, 'scripts'>): CompiledScripts {
  const scripts = new Map<string, Script>()
  const problems = new Map<string, readonly Problem[]>()
  const byId = new Map(definitions.map((definition) => [definition.id, definition]))
  const compile = (definition: Definition, within: readonly string[]): void => {
    if (problems.has(definition.id)) return
    const circles: Problem[] = []
    for (const { id, place } of callsOf(definition)) {
      const called = byId.get(id)
      if (id === definition.id || within.includes(id)) circles.push({ rule: 'circle', level: 'error', place, message: `Called the dialog "${id}": it calls this one (${[...within.slice(within.indexOf(id)), definition.id, id].join(' → ')})` })
      else if (called) compile(called, [...within, definition.id])
    }
    const { script, problems: found } = compileScript(definition, { ...surroundings, scripts })
    problems.set(definition.id, [...circles, ...(circles.length > 0 ? found.filter(({ rule }) => rule !== 'unknown-dialog') : found)])
    scripts.set(definition.id, script)
  }
  for (const definition of definitions) compile(definition, [])
  return { scripts, problems }
}

function callsOf({ nodes }: Definition): readonly { readonly id: string; readonly place: Problem['place'] }[] {
  return nodes.flatMap((node) => (node.kind === 'call' ? [{ id: node.dialog.text, place: node.dialog.place }] : []))
}
