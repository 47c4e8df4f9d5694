import { compileAll } from '../compile/compile-all.ts'
import type { Definition } from '../definition.ts'
import type { Problem } from '../problem.ts'
import { readScript } from '../read-script.ts'
import type { Script } from '../script.ts'
import type { Surroundings } from '../surroundings.ts'
import { checkScript } from './check-script.ts'
import { error } from './subject.ts'

export interface ScriptFile {
  readonly file: string
  readonly text: string
}

/** What was found in one file; the script is there unless it does not follow the DTD, or has the id of another. */
export interface CheckedFile {
  readonly file: string
  readonly definition?: Definition
  readonly script?: Script
  readonly problems: readonly Problem[]
}

/** What scripts are checked against; without classes, nothing that is about them is. */
export interface ScriptSurroundings {
  readonly classes: Surroundings['classes'] | undefined
  readonly choices?: Surroundings['choices']
  readonly actions: Surroundings['actions']
}

/** Checks scripts together, since they call each other. The answers are in the order of the files. */
export function checkScripts(files: readonly ScriptFile[], { classes, choices, actions }: ScriptSurroundings): readonly CheckedFile[] {
  const read = withOwnIds(files.map(({ file, text }) => ({ file, ...readScript(text) })))
  const definitions = read.flatMap((one) => ('definition' in one ? [one.definition] : []))
  const around = { classes: classes ?? {}, choices, actions }
  const { scripts, problems } = compileAll(definitions, around)
  return read.map((one) => {
    const script = 'definition' in one ? scripts.get(one.definition.id) : undefined
    if ('problems' in one || script === undefined) return { problems: [], ...one }
    const compiled = (problems.get(script.id) ?? []).filter(({ rule }) => rule !== 'circle')
    const found = [...circles(one.definition, definitions), ...checkScript(one.definition, { script, problems: compiled }, { ...around, scripts })]
    return { ...one, script, problems: classes === undefined ? found.filter(({ rule }) => rule !== 'unknown-class') : found }
  })
}

type ReadFile = { readonly file: string } & ({ readonly definition: Definition } | { readonly problems: readonly Problem[] })

/** The first script keeps its id. */
function withOwnIds(read: readonly ReadFile[]): readonly ReadFile[] {
  const first = new Map<string, string>()
  return read.map((one) => {
    if ('problems' in one) return one
    const { id, place } = one.definition
    const other = first.get(id)
    if (other === undefined) first.set(id, one.file)
    return other === undefined ? one : { file: one.file, problems: [error('duplicate-dialog', place, `The id "${id}" is that of the dialog in ${other} too`)] }
  })
}

/** The calls that lead back to the dialog, told of each dialog of a circle. */
function circles({ id, nodes }: Definition, definitions: readonly Definition[]): readonly Problem[] {
  return nodes.flatMap((node) => {
    if (node.kind !== 'call' || !everyCalled(node.dialog.text, definitions).has(id)) return []
    return [error('circle', node.dialog.place, `The dialog "${node.dialog.text}" ${node.dialog.text === id ? 'is this one' : 'calls this one again'}, so neither would end`)]
  })
}

/** A dialog, those that it calls, and those that they call. */
function everyCalled(id: string, definitions: readonly Definition[]): ReadonlySet<string> {
  const calls = new Map(definitions.map((one) => [one.id, one.nodes.flatMap((node) => (node.kind === 'call' ? [node.dialog.text] : []))]))
  const found = new Set([id])
  for (const one of found) for (const next of calls.get(one) ?? []) found.add(next)
  return found
}
