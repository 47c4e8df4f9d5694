import type { CallSample } from './call-sample.ts'

/** A version fails more often when so few failures would be this unlikely if it did not. */
const unlikely = 3e-4
/** A rate of failures that nobody minds, so that two failures among the first ten calls condemn no version. */
const tolerated = 0.005
const fewestFailures = 4
/** A version is slower when its 95th percentile is so many times that of the other. */
const slower = 1.5
const fewestTimed = 80
/** Standard deviations by which the rank of the percentile is lowered, to be sure of it. */
const certainty = 2.6

/** Why a version that is tried is worse than the one that runs, in words; undefined while it does not seem so. */
export function worseThan(running: CallSample, tried: CallSample): string | undefined {
  return failsMore(running, tried) ?? isSlower(running, tried)
}

function failsMore(running: CallSample, tried: CallSample): string | undefined {
  const expected = Math.max(tolerated, (running.failures + 1) / (running.calls + 2))
  if (tried.failures < fewestFailures || binomialTail(tried.failures, tried.calls, expected) > unlikely) return undefined
  return `${percent(tried.failures / tried.calls)} of its ${tried.calls} calls failed, of the running version's ${percent(running.failures / Math.max(running.calls, 1))}`
}

function isSlower(running: CallSample, tried: CallSample): string | undefined {
  const count = tried.timed
  if (count < fewestTimed || running.timed < fewestTimed) return undefined
  const usual = running.quantile(0.95)
  const surely = tried.quantile(0.95 - certainty * Math.sqrt((0.95 * 0.05) / count))
  if (surely <= usual * slower) return undefined
  return `95 % of its calls took up to ${tried.quantile(0.95).toFixed(1)} ms, of the running version's up to ${usual.toFixed(1)} ms`
}

/** How likely so many or more of `count` happen when each does with `chance`. */
function binomialTail(atLeast: number, count: number, chance: number): number {
  let term = 0
  for (let i = 0; i < atLeast; i++) term += Math.log((count - i) / (i + 1))
  let one = Math.exp(term + atLeast * Math.log(chance) + (count - atLeast) * Math.log1p(-chance))
  let sum = 0
  for (let i = atLeast; i <= count && one > sum * 1e-12; i++) {
    sum += one
    one *= ((count - i) / (i + 1)) * (chance / (1 - chance))
  }
  return sum
}

function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`
}
