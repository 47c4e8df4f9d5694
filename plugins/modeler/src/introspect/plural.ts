/** Words whose plural follows no rule here, by their singular. */
const irregular: ReadonlyMap<string, string> = new Map([
  ['person', 'people'], ['child', 'children'], ['man', 'men'], ['woman', 'women'], ['movie', 'movies'], ['cookie', 'cookies'], ['tie', 'ties'], ['alias', 'aliases'], ['bus', 'buses'],
  ['analysis', 'analyses'], ['index', 'indices'], ['matrix', 'matrices'], ['vertex', 'vertices'], ['half', 'halves'], ['shelf', 'shelves'], ['quiz', 'quizzes'],
  ['datum', 'data'], ['criterion', 'criteria'], ['medium', 'media'],
])
const singulars: ReadonlyMap<string, string> = new Map([...irregular].filter(([one]) => !['datum', 'medium'].includes(one)).map(([one, many]) => [many, one]))
const alike: ReadonlySet<string> = new Set(['series', 'species', 'news', 'data', 'media', 'equipment', 'information', 'staff', 'sales', 'goods'])

/** One of what an English word says there are many of; other words stay as they are. */
export function singular(word: string): string {
  const known = singulars.get(word)
  if (known !== undefined) return known
  if (alike.has(word) || word.length < 4 || !word.endsWith('s') || /(ss|us|is|os|as)$/.test(word)) return word
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`
  if (/(ss|sh|ch|x|zz)es$/.test(word) || (word.endsWith('uses') && !/[ao]uses$/.test(word))) return word.slice(0, -2)
  return word.slice(0, -1)
}

/** Many of what an English word says there is one of. */
export function plural(word: string): string {
  const known = irregular.get(word)
  if (known !== undefined) return known
  if (alike.has(word) || singular(word) !== word) return word
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`
  return /(s|sh|ch|x|z)$/.test(word) ? `${word}es` : `${word}s`
}
