import { operators } from './operators.ts'
import type { Op, Overload } from './operators.ts'
import { equal } from './runtime.ts'
import type { RuntimeScalar } from './runtime.ts'
import { isNull } from './term.ts'
import type { Term } from './term.ts'
import { sameType } from './type.ts'
import type { Type } from './type.ts'

/** The meaning of an operator for these arguments; a null, or an empty list, fits any type where its own does not. */
export function overloadOf(op: Op, args: readonly Term[]): Overload | undefined {
  return operators[op].find((overload) => fits(overload, args, sameType)) ?? operators[op].find((overload) => fits(overload, args, sameOrOpen)) ?? ofObjects(op, args)
}

/** The arguments with what fits any type given the one that is wanted. */
export function adapted({ takes, several }: Overload, args: readonly Term[]): readonly Term[] {
  return args.map((arg, index) => (isOpen(arg) ? { ...arg, type: wanted(takes, several, index) ?? arg.type } : arg))
}

function fits({ takes, several }: Overload, args: readonly Term[], match: (type: Type, found: Type, arg: Term) => boolean): boolean {
  if (several ? args.length === 0 : args.length !== takes.length) return false
  return args.every((arg, index) => {
    const type = wanted(takes, several, index)
    return type !== undefined && match(type, arg.type, arg)
  })
}

function sameOrOpen(type: Type, found: Type, arg: Term): boolean {
  return sameType(type, found) || isNull(arg) || (isEmptyList(arg) && typeof type === 'object')
}

/** Of an object one may ask whether it is there. */
function ofObjects(op: Op, args: readonly Term[]): Overload | undefined {
  const object = args.find(({ type }) => isObject(type))?.type
  if ((op !== '==' && op !== '!=') || args.length !== 2 || object === undefined || !args.some(isNull)) return undefined
  const run = op === '==' ? equal : (x: RuntimeScalar, y: RuntimeScalar): boolean => !equal(x, y)
  return { takes: [object, object], several: false, gives: 'boolean', onNull: 'looks', inFilter: true, run }
}

function wanted(takes: readonly Type[], several: boolean, index: number): Type | undefined {
  return takes[several ? 0 : index]
}

function isOpen(term: Term): boolean {
  return isNull(term) || isEmptyList(term)
}

function isEmptyList(term: Term): boolean {
  return 'list' in term && term.list.length === 0
}

function isObject(type: Type): boolean {
  return typeof type === 'object' && 'object' in type
}
