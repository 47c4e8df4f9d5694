import type { DescribedClass } from './described-class.ts'
import type { Members } from './named-members.ts'
import { attributeName, freeName, wordsOf } from './words.ts'

const parts = {
  street: /^(address|address1|street|adresse|gateadresse|strasse)$/,
  postalCode: /^(postal code|postalcode|post code|postcode|zip|zip code|zipcode|postnr|postnummer|plz|postleitzahl)$/,
  city: /^(city|town|poststed|by|ort|stadt)$/,
  region: /^(region|state|province|county|fylke|bundesland)$/,
  country: /^(country|land)$/,
} as const

/** Columns that make up a postal address, such as those that begin with `Ship`. */
export interface AddressGroup {
  readonly name: string
  readonly parts: Readonly<Record<keyof typeof parts, string>>
}

/** Where a table has all five columns of an address, side by side in their names. */
export function addressGroups({ table, key }: DescribedClass, { attributes, references, relations }: Members): AddressGroup[] {
  const columns = table.columns.filter(({ name, type, several }) => attributes.has(name) && !key.includes(name) && (type === 'text' || type === undefined) && several !== true)
  const taken = new Set([...attributes.values(), ...references.map(({ name }) => name), ...relations.map(({ name }) => name)])
  return columns.flatMap(({ name: street }) => {
    const words = wordsOf(street)
    const prefix = words.slice(0, -1)
    if (!parts.street.test(words.at(-1) ?? '')) return []
    const found = Object.entries(parts).map(([part, pattern]) => [part, columns.find(({ name }) => startsWith(wordsOf(name), prefix) && pattern.test(wordsOf(name).slice(prefix.length).join(' ')))?.name] as const)
    if (found.some(([, column]) => column === undefined)) return []
    const own = attributes.get(street)
    taken.delete(own ?? '')
    return [{ name: freeName([attributeName([...prefix, 'address']), own], taken), parts: Object.fromEntries(found) as AddressGroup['parts'] }]
  })
}

function startsWith(words: readonly string[], prefix: readonly string[]): boolean {
  return prefix.every((word, index) => words[index] === word)
}
