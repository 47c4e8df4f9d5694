/** What the DTD says of one element. */
export interface Declaration {
  readonly name: string
  readonly attributes: ReadonlyMap<string, AttributeDeclaration>
  /** What it holds, in this order. */
  readonly content: readonly Part[]
  /** Whether text may stand in it, between the parts in any order. */
  readonly mixed: boolean
}

export interface AttributeDeclaration {
  readonly name: string
  /** The type of XML, or the values that there are. */
  readonly type: 'CDATA' | 'ID' | 'IDREF' | 'NMTOKEN' | 'NMTOKENS' | readonly string[]
  readonly required: boolean
}

/** One of some elements, so many times. */
export interface Part {
  readonly names: readonly string[]
  readonly optional: boolean
  readonly many: boolean
}

/** Reads a DTD of the form that ours has: lists of elements in order, no lists in lists. */
export function declarationsOf(dtd: string): ReadonlyMap<string, Declaration> {
  const text = expanded(dtd.replace(/<!--[^]*?-->/g, ''))
  const attributes = new Map([...text.matchAll(/<!ATTLIST\s+(\S+)([^>]*)>/g)].map(([, name = '', rest = '']) => [name, attributesOf(rest)]))
  return new Map(
    [...text.matchAll(/<!ELEMENT\s+(\S+)\s+([^>]*)>/g)].map(([, name = '', content = '']) => {
      const mixed = content.includes('#PCDATA')
      return [name, { name, mixed, content: partsOf(content, mixed), attributes: attributes.get(name) ?? new Map() }]
    }),
  )
}

/** Names of parts that the DTD uses in several places are put in. */
function expanded(dtd: string): string {
  const entities = new Map([...dtd.matchAll(/<!ENTITY\s+%\s+(\S+)\s+"([^"]*)"/g)].map(([, name = '', text = '']) => [name, text]))
  return dtd.replace(/<!ENTITY[^>]*>/g, '').replace(/%(\w+);/g, (_, name: string) => entities.get(name) ?? '')
}

function partsOf(content: string, mixed: boolean): readonly Part[] {
  const names = content.replace('#PCDATA', '').match(/[\w-]+/g) ?? []
  if (content.trim() === 'EMPTY') return []
  if (mixed) return names.length === 0 ? [] : [{ names, optional: true, many: true }]
  return [...content.trim().slice(1, -1).matchAll(/\(([^)]*)\)([?*+]?)|([\w-]+)([?*+]?)/g)].map(([, group, groupCount, one, count]): Part => {
    const sign = groupCount ?? count ?? ''
    return { names: (group ?? one ?? '').match(/[\w-]+/g) ?? [], optional: sign === '?' || sign === '*', many: sign === '*' || sign === '+' }
  })
}

function attributesOf(text: string): ReadonlyMap<string, AttributeDeclaration> {
  const found = text.matchAll(/([\w-]+)\s+(\([^)]*\)|ID|IDREF|CDATA|NMTOKENS?)\s+(#REQUIRED|#IMPLIED|"[^"]*"|'[^']*')/g)
  return new Map([...found].map(([, name = '', type = '', rest = '']): [string, AttributeDeclaration] => [name, { name, required: rest === '#REQUIRED', type: type.startsWith('(') ? (type.match(/[\w-]+/g) ?? []) : (type as 'CDATA') }]))
}
