import type { Parameter } from './sql-builder.ts'

/** SQL in which `??` is a name by its token and `?` a value, with what takes their places. */
export interface Fragment {
  readonly sql: string
  readonly bindings: readonly (string | Parameter)[]
}

/** Puts fragments together; other parts are SQL that we wrote. */
export function fragment(texts: TemplateStringsArray, ...parts: readonly (Fragment | string)[]): Fragment {
  const all = texts.flatMap((text, index) => {
    const part = parts[index]
    return part === undefined ? [{ sql: text, bindings: [] }] : [{ sql: text, bindings: [] }, typeof part === 'string' ? { sql: part, bindings: [] } : part]
  })
  return { sql: all.map(({ sql }) => sql).join(''), bindings: all.flatMap(({ bindings }) => bindings) }
}

export function joined(parts: readonly Fragment[], between: string): Fragment {
  return { sql: parts.map(({ sql }) => sql).join(between), bindings: parts.flatMap(({ bindings }) => bindings) }
}
