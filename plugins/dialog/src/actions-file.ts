import { checkOf, Type, type Static } from '@caruso/contract'
import type { Type as ValueType } from '@caruso/expression'
import { isMap, LineCounter, parseDocument } from 'yaml'
import type { Problem } from './problem.ts'
import { money, type ActionSignature } from './surroundings.ts'

const types = { text: 'text', number: 'number', date: 'date', time: 'time', instant: 'instant', 'yes-no': 'boolean', money: { object: money }, texts: { list: 'text' } } as const satisfies Readonly<Record<string, ValueType>>

const ValueTypes = Type.Record(Type.String({ pattern: '^[a-z][A-Za-z0-9]{0,62}$' }), Type.Enum(Object.keys(types) as (keyof typeof types)[]))

/** What the file `dialogs/actions.yaml` holds. */
export const ActionsFile = Type.Object(
  {
    actions: Type.Record(
      Type.String({ pattern: '^[a-z][A-Za-z0-9-]*(\\.[A-Za-z0-9-]+)+$', maxLength: 190 }),
      Type.Object(
        {
          description: Type.Optional(Type.String({ description: 'What it does, for people' })),
          args: Type.Optional(ValueTypes),
          answer: Type.Optional(ValueTypes),
          idempotent: Type.Optional(Type.Boolean({ description: 'Asked twice it does what it does once' })),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
)

/** Reads what actions there are from a file of the assembly. */
export function readActions(text: string): { readonly actions: Readonly<Record<string, ActionSignature>>; readonly problems: readonly Problem[] } {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number): Problem['place'] => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const [mistake] = document.errors
  if (mistake) return { actions: {}, problems: [problemAt(at(mistake.pos[0]), mistake.message)] }
  const content: unknown = document.toJS({ maxAliasCount: 0 })
  const check = checkOf(ActionsFile)
  if (!check.accepts(content)) return { actions: {}, problems: [problemAt(at(isMap(document.contents) ? (document.contents.range?.[0] ?? 0) : 0), check.explain(content))] }
  const { actions } = content as Static<typeof ActionsFile>
  return { actions: Object.fromEntries(Object.entries(actions).map(([name, { args = {}, answer, idempotent = false }]) => [name, { args: typesOf(args), ...(answer ? { answer: typesOf(answer) } : {}), idempotent }])), problems: [] }
}

function typesOf(named: Readonly<Record<string, keyof typeof types>>): Readonly<Record<string, ValueType>> {
  return Object.fromEntries(Object.entries(named).map(([name, type]) => [name, types[type]]))
}

function problemAt(place: Problem['place'], message: string): Problem {
  return { rule: 'actions', level: 'error', place, message }
}
