type Loose<T> = { readonly [Key in keyof T]: undefined extends T[Key] ? T[Key] | null | undefined : T[Key] }

/** The object without what is null or undefined, which a database says nothing about. */
export function withoutEmpty<T extends object>(all: Loose<T>): T {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null && value !== undefined)) as T
}
