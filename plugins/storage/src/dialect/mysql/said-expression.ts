/** The numbers among the types, whose defaults need no quotes. */
const numeric = /^(tinyint|smallint|mediumint|int|bigint|decimal|float|double|year|bit)$/

/** A default as an expression: MySQL says a plain one without quotes, and none as nothing; MariaDB says `NULL` for none. */
export function saidDefault(mariadb: boolean, data: string, said: string | undefined, extra: string): string | undefined {
  if (said === undefined || (mariadb && said.toLowerCase() === 'null')) return undefined
  if (mariadb) return said
  if (/default_generated/i.test(extra)) return saidExpression(false, said)
  return numeric.test(data) ? said : `'${said.replaceAll("'", "''")}'`
}

/** MySQL says texts within an expression with their character set, and with a backslash before each quote. */
export function saidExpression(mariadb: boolean, said: string): string {
  return mariadb ? said : said.replaceAll(/(?:\b_[a-z0-9]+)?\\'/g, "'")
}
