import satisfies from 'semver/functions/satisfies.js'

const answers = new Map<string, boolean>()
const mostAnswers = 10_000

/**
 * Whether a contract's version may serve a caller that was built with another: `^required`, so in 0.x only the patch may differ upward.
 * A pre-release serves only those who were built with one of the same version; what is not a version serves nobody.
 */
export function isCompatibleVersion(version: string, required: string): boolean {
  const question = `${version} ${required}`
  const known = answers.get(question)
  if (known !== undefined) return known
  const answer = satisfies(version, `^${required}`)
  if (answers.size >= mostAnswers) answers.clear()
  answers.set(question, answer)
  return answer
}
