import { createHash } from 'node:crypto'
import type { Attributes } from '@caruso/expression'
import { readActions } from './actions-file.ts'
import type { ClassNames } from './class-names.ts'
import { compileAll } from './compile/compile-all.ts'
import { DialogError } from './errors.ts'
import { checkScripts } from './check/check-scripts.ts'
import { lineOf } from './problem.ts'
import { readScript } from './read-script.ts'
import type { Script } from './script.ts'
import { actionsFile, noActions, type ScriptFiles } from './script-files.ts'
import type { ActionSignature } from './surroundings.ts'

/** A script with those that it calls, as a dialog goes on with it whatever becomes of the files. */
export interface Edition {
  /** What tells it from others: made of the texts. */
  readonly id: string
  readonly script: Script
  /** The texts of the script and of those that it calls, by their ids. */
  readonly texts: Readonly<Record<string, string>>
}

/** The scripts of a folder, in the form that they have now. */
export interface Library {
  readonly editions: ReadonlyMap<string, Edition>
  readonly actions: Readonly<Record<string, ActionSignature>>
  /** Lines about what is wrong: scripts with errors are no editions. */
  readonly problems: readonly string[]
}

/** Compiles all scripts of a folder. */
export function libraryOf(files: ScriptFiles, { classes, choices }: Pick<ClassNames, 'choices' | 'classes'>): Library {
  const { [actionsFile]: actionsText = noActions, ...texts } = files
  const { actions, problems: wrong } = readActions(actionsText)
  const problems = wrong.map((problem) => lineOf(actionsFile, problem))
  const checked = checkScripts(Object.entries(texts).map(([file, text]) => ({ file, text })), { classes, choices, actions })
  const scripts = new Map<string, Script>()
  const right = new Map<string, string>()
  for (const { file, script, problems: found } of checked) {
    const errors = found.filter(({ level }) => level === 'error')
    problems.push(...errors.map((problem) => lineOf(file, problem)))
    if (script === undefined) continue
    scripts.set(script.id, script)
    if (errors.length === 0) right.set(script.id, texts[file] ?? '')
  }
  const editions = [...right.keys()].flatMap((id) => editionOf(id, right, scripts) ?? [])
  return { editions: new Map(editions.map((edition) => [edition.script.id, edition])), actions, problems }
}

/** An edition of the texts that a dialog began with. */
export function editionFrom(id: string, scriptId: string, texts: Readonly<Record<string, string>>, classes: Readonly<Record<string, Attributes>>, actions: Readonly<Record<string, ActionSignature>>): Edition {
  const definitions = Object.values(texts).flatMap((text) => {
    const read = readScript(text)
    return 'definition' in read ? [read.definition] : []
  })
  const { scripts, problems } = compileAll(definitions, { classes, actions })
  const script = scripts.get(scriptId)
  const errors = [...problems.values()].flat().filter(({ level }) => level === 'error')
  if (script === undefined || errors.length > 0) throw new DialogError('SCRIPT_UNUSABLE', `Went on with the dialog "${scriptId}" in the form that it began with: ${errors.map((problem) => lineOf(scriptId, problem)).join('; ') || 'its text is gone'}`)
  return { id, script, texts }
}

function editionOf(id: string, right: ReadonlyMap<string, string>, scripts: ReadonlyMap<string, Script>): Edition | undefined {
  const script = scripts.get(id)
  const needed = script ? calledBy(script, new Set([id])) : new Set<string>()
  if (script === undefined || [...needed].some((one) => !right.has(one))) return undefined
  const texts = Object.fromEntries([...needed].toSorted().map((one) => [one, right.get(one) ?? '']))
  return { id: createHash('sha256').update(JSON.stringify(texts)).digest('hex'), script, texts }
}

function calledBy(script: Script, known: Set<string>): Set<string> {
  for (const node of script.nodes.values()) {
    if (node.kind !== 'call' || known.has(node.script.id)) continue
    known.add(node.script.id)
    calledBy(node.script, known)
  }
  return known
}
