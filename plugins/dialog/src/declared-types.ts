import { describeValue } from '@caruso/contract'
import { check, evaluator, type Attributes } from '@caruso/expression'
import { money, moneyParts } from './surroundings.ts'

/**
 * Looks whether values that came from elsewhere are of the types that a script or the file of the actions says. What has no
 * value may be missing; business objects are not looked into.
 *
 * @throws ExpressionError or TypeError for the first that is not
 */
export function requireTypes(values: Readonly<Record<string, unknown>>, types: Attributes): void {
  for (const [name, type] of Object.entries(types)) {
    if (typeof type === 'string' || 'list' in type) evaluator(check(name, { names: { [name]: type } }))(values)
    else if ('object' in type && type.object === money) requireMoney(name, values[name] ?? null)
  }
}

function requireMoney(name: string, value: unknown): void {
  if (value === null) return
  // An expression finds no parts in what has none, and takes them for missing.
  if (typeof value !== 'object' || Array.isArray(value)) throw new TypeError(`expected "${name}" to be an amount with its currency, found ${describeValue(value)}`)
  for (const part of Object.keys(moneyParts)) evaluator(check(part, { names: moneyParts }))(value as Readonly<Record<string, unknown>>)
}
