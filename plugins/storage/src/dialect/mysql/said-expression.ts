/** The numbers among the types, whose defaults need no quotes. */
const numeric = /^(tinyint|smallint|mediumint|int|bigint|decimal|float|double|year|bit)$/

/** A default as an expression: MySQL says a plain one without quotes, and none as nothing; MariaDB says `NULL` for none. */
export function saidDefault(mariadb: boolean, data: string, said: string | undefined, extra: string): string | undefined {
  if (said === undefined || (mariadb && said.toLowerCase() === 'null')) return undefined
  if (mariadb) return said
  if (/default_generated/i.test(extra)) return saidExpression(false, said)
  return numeric.test(data) ? said : `'${said.replaceAll("'", "''")}'`
}

/**
 * An expression as it would be written: MySQL says it as the inside of a text, with a backslash before each quote and backslash,
 * in parentheses, and the texts in it with their character set.
 */
export function saidExpression(mariadb: boolean, said: string): string {
  if (mariadb) return said
  const written = said.replaceAll(/\\([\\'])/g, '$1')
  return withoutParentheses(written.replaceAll(/`(?:[^`]|``)*`|(?:\b_[a-z0-9]+)?'((?:[^'\\]|\\[\s\S])*)'/g, (whole: string, text?: string) => (text === undefined ? whole : `'${text.replaceAll(/\\[\s\S]/g, (pair) => (pair === String.raw`\'` ? "''" : pair))}'`)))
}

/** Without those around the whole; none within texts and names counts. */
function withoutParentheses(expression: string): string {
  if (!expression.startsWith('(') || !expression.endsWith(')')) return expression
  const inner = expression.slice(1, -1)
  let depth = 0
  for (const [found] of inner.matchAll(/'(?:[^'\\]|''|\\[\s\S])*'|`(?:[^`]|``)*`|[()]/g)) {
    if (found === '(') depth++
    if (found === ')' && --depth < 0) return expression
  }
  return inner
}
