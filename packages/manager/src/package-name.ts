/** The source of a pattern for the names of npm packages, with a scope or without; they are safe as paths and as arguments. */
export const packageNameSource = '(@[a-z0-9][a-z0-9._~-]*/)?[a-z0-9][a-z0-9._~-]{0,213}'

const pattern = new RegExp(`^${packageNameSource}$`)

/** Whether a text can be the name of an npm package. */
export function isPackageName(text: string): boolean {
  return pattern.test(text)
}
