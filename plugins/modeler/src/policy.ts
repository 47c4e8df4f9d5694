import type { Term } from '@caruso/expression'
import type { Action } from './policy-schema.ts'

/** Who may do what with which objects of a class, checked. */
export interface Policy {
  readonly grants: readonly Grant[]
  /** By the name of an attribute or a relation. */
  readonly restrictions: ReadonlyMap<string, { readonly see: Permissions; readonly change: Permissions }>
}

/** One thing that is allowed. */
export interface Grant {
  readonly may: readonly Action[]
  readonly permissions: Permissions
  /** Over the attributes and the caller; undefined for all objects. */
  readonly where: Term | undefined
}

export function listOf(permissions: string | readonly string[] | undefined): Permissions {
  return typeof permissions === 'string' ? [permissions] : permissions
}

/** Any of these must a caller have; undefined for everybody. */
export type Permissions = readonly string[] | undefined

/** What conditions know of whoever asks. */
export interface PolicyCaller {
  readonly component: string
  readonly identity: string
  readonly permissions: readonly string[]
}

/** The name that whoever asks has in conditions. */
export const callerName = 'caller'

/** What conditions may ask of whoever asks. */
export const callerAttributes = { component: 'text', identity: 'text', permissions: { list: 'text' } } as const

export function isPermitted(permissions: Permissions, caller: PolicyCaller): boolean {
  return permissions === undefined || permissions.some((one) => caller.permissions.includes(one))
}
