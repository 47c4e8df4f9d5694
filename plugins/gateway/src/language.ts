/**
 * The language to show: the one asked for by name, else the best of the `Accept-Language` header, else English.
 * Regions and scripts are ignored, and both Norwegians are one.
 */
export function chooseLanguage(available: ReadonlySet<string>, asked: string | undefined, accept: string | undefined): string {
  const wanted = [...(asked === undefined ? [] : [asked]), ...preferences(accept ?? '')].map(baseOf)
  return wanted.find((language) => available.has(language)) ?? 'en'
}

const norwegian: ReadonlySet<string> = new Set(['no', 'nn'])

function baseOf(tag: string): string {
  const base = tag.split('-', 1)[0]?.toLowerCase() ?? ''
  return norwegian.has(base) ? 'nb' : base
}

/** The languages of an `Accept-Language` header (RFC 9110, section 12.5.4), the most wanted first. */
function preferences(accept: string): string[] {
  const ranges = accept.split(',').map((range) => {
    const [tag = '', ...parameters] = range.split(';').map((part) => part.trim())
    const weight = parameters.find((parameter) => parameter.startsWith('q='))
    return { tag, weight: weight === undefined ? 1 : Number(weight.slice(2)) }
  })
  return ranges.filter(({ weight }) => weight > 0).toSorted((a, b) => b.weight - a.weight).map(({ tag }) => tag)
}
