/** What the command's end tells a script. */
export const exitCode = {
  ok: 0,
  /** Something failed that should not have. */
  failed: 1,
  /** What was typed, or the assembly file, is not right. */
  usage: 2,
  /** There is no running assembly to ask. */
  notRunning: 3,
  /** The plan of a swap does not hold; nothing was touched. */
  refused: 4,
  /** The new version was discarded, and the old one goes on. */
  discarded: 5,
} as const

const byCode: ReadonlyMap<string | undefined, number> = new Map(Object.entries({
  ASSEMBLY_MISSING: exitCode.usage,
  ASSEMBLY_INVALID: exitCode.usage,
  COMPONENT_UNKNOWN: exitCode.usage,
  INVALID_INPUT: exitCode.usage,
  PLUGIN_MISSING: exitCode.usage,
  USAGE: exitCode.usage,
  NOT_RUNNING: exitCode.notRunning,
  HOST_TAKEN: exitCode.usage,
  HOST_UNKNOWN: exitCode.usage,
  HOST_AWAY: exitCode.notRunning,
  NOT_CONNECTED: exitCode.notRunning,
  SWAP_REFUSED: exitCode.refused,
  NO_PREVIOUS: exitCode.refused,
  EPOCH_PASSED: exitCode.refused,
  SWAP_FAILED: exitCode.discarded,
}))

/** The exit code for an error's code. */
export function exitCodeOf(code: string | undefined): number {
  return byCode.get(code) ?? exitCode.failed
}
