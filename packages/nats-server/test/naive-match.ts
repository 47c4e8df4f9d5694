/** The definition, as slow as it is plain: `*` is one token, `>` is one or more at the end. */
export function naiveMatch(pattern: string, subject: string): boolean {
  const [wanted, given] = [pattern.split('.'), subject.split('.')]
  if (given.includes('')) return false
  return wanted.every((token, at) => {
    if (token === '>') return given.length > at
    return given[at] !== undefined && (token === '*' || token === given[at])
  }) && (wanted.at(-1) === '>' || wanted.length === given.length)
}
