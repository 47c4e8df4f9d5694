/** Something that may need others to be there before it. */
export interface Dependent {
  readonly name: string
  readonly needs: readonly string[]
}

/** Each after what it needs, as far as that is possible: where some need each other, the first of them comes first. */
export function inDependencyOrder<T extends Dependent>(all: readonly T[]): T[] {
  const byName = new Map(all.map((one) => [one.name, one]))
  const found = new Set<T>()
  const entered = new Set<T>()
  const visit = (one: T): void => {
    // What is entered and not found yet needs this one itself.
    if (entered.has(one)) return
    entered.add(one)
    for (const name of one.needs) {
      const needed = byName.get(name)
      if (needed !== undefined) visit(needed)
    }
    found.add(one)
  }
  for (const one of all) visit(one)
  return [...found]
}
