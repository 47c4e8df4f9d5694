/** One mistake in the description of a class: where it stands, what was expected there and what was found. */
export interface Mistake {
  /** The file, or who declared the class in code. */
  readonly file: string
  /** Both from 1; 0 in code. */
  readonly line: number
  readonly column: number
  /** The class and the keys that lead to the place, such as `Customer.attributes.name.max`. */
  readonly place: string
  readonly expected: string
  readonly found: string
  /** What was probably meant. */
  readonly suggestion?: string
}

/** One mistake as one line: `model/customer.yaml:7:14 Customer.attributes.name.type: expected …, found "txt" (did you mean text?)`. */
export function lineOf({ file, line, column, place, expected, found, suggestion }: Mistake): string {
  const at = line === 0 ? file : `${file}:${line}:${column}`
  return `${at} ${place === '' ? '' : `${place}: `}expected ${expected}, found ${found}${suggestion === undefined ? '' : ` (did you mean ${suggestion}?)`}`
}

/** Where the keys of one description stand. */
export interface Origin {
  readonly file: string
  /** The position of a key or its value; of the nearest that there is, where it is missing. */
  at(path: readonly string[], of: 'key' | 'value'): { readonly line: number; readonly column: number }
}

/** Collects the mistakes of several descriptions. */
export class Mistakes {
  readonly list: Mistake[] = []

  add(origin: Origin, title: string, path: readonly string[], what: { readonly of?: 'key' | 'value'; readonly expected: string; readonly found: string; readonly suggestion?: string | undefined }): void {
    const { of = 'value', expected, found, suggestion } = what
    const place = [title, ...path].filter((part) => part !== '').join('.')
    this.list.push({ file: origin.file, ...origin.at(path, of), place, expected, found, ...(suggestion === undefined ? {} : { suggestion }) })
  }
}
