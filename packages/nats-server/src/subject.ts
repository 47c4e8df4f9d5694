/** True if a client may subscribe to it: no empty token, `>` only at the end. */
export function isValidSubject(subject: string): boolean {
  const tokens = subject.split('.')
  return tokens.every((token, at) => token !== '' && (token !== '>' || at === tokens.length - 1))
}

/** True if a message may be published under it: valid, and no token is a wildcard. */
export function isLiteralSubject(subject: string): boolean {
  return isValidSubject(subject) && !hasWildcard(subject)
}

/** True if a whole token is `*` or `>`; inside a longer token both are ordinary characters. */
export function hasWildcard(subject: string): boolean {
  if (!subject.includes('*') && !subject.includes('>')) return false
  return subject.split('.').some((token) => token === '*' || token === '>')
}
