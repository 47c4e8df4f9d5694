import { readdirSync, readFileSync } from 'node:fs'
import type { Attributes } from '@caruso/expression'
import { readActions } from '../src/actions-file.ts'
import { Subject } from '../src/check/subject.ts'
import { compileAll } from '../src/compile/compile-all.ts'
import { readScript } from '../src/read-script.ts'
import type { Script } from '../src/script.ts'
import type { ActionSignature } from '../src/surroundings.ts'

const folder = new URL('../../../examples/dialogs/dialogs/', import.meta.url)

/** What expressions may name of the example's classes. */
export const classes: Readonly<Record<string, Attributes>> = {
  Customer: { number: 'number', name: 'text', born: 'date', telephone: 'text', email: 'text', address: { object: 'Customer.address' } },
  'Customer.address': { street: 'text', postalCode: 'text', city: 'text', region: 'text', country: 'text' },
  Invoice: { number: 'number', customer: { object: 'Customer' }, open: { object: 'Invoice.open' }, due: 'date', state: 'text' },
  'Invoice.open': { amount: 'number', currency: 'text' },
  GridArea: { postalCode: 'number', name: 'text', delivered: 'boolean' },
  Outage: { id: 'number', postalCode: 'number', since: 'instant', back: 'instant', open: 'boolean' },
}

/** The texts that attributes can have. */
export const choices = { Invoice: { state: ['paid', 'due', 'overdue'] } } as const

export const actions: Readonly<Record<string, ActionSignature>> = readActions(readFileSync(new URL('actions.yaml', folder), 'utf8')).actions

/** The scripts of the example, compiled. */
export function exampleScripts(): ReadonlyMap<string, Script> {
  return new Map([...exampleSubjects()].map(([id, [{ script }]]) => [id, script]))
}

/** The scripts of the example as they are checked, each before those that it may call. */
export function exampleSubjects(): ReadonlyMap<string, readonly [Subject, ...Subject[]]> {
  const definitions = readdirSync(folder).filter((name) => name.endsWith('.xml')).map((name) => {
    const read = readScript(readFileSync(new URL(name, folder), 'utf8'))
    if ('problems' in read) throw new Error(`${name}: ${JSON.stringify(read.problems)}`)
    return read.definition
  })
  const { scripts, problems } = compileAll(definitions, { classes, actions })
  const all = [...problems.values()].flat()
  if (all.length > 0) throw new Error(JSON.stringify(all, undefined, 2))
  const subjects = definitions.flatMap((definition) => {
    const script = scripts.get(definition.id)
    return script === undefined ? [] : [new Subject(definition, script, { classes, actions, scripts })]
  })
  return new Map(subjects.map((subject) => [subject.script.id, [subject, ...subjects.filter((other) => other !== subject && subject.definition.nodes.some((node) => node.kind === 'call' && node.dialog.text === other.script.id))]]))
}
