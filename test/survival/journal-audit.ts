import { readFileSync } from 'node:fs'
import type { KeeperFolder } from './keeper-folder.ts'

interface Line {
  readonly epoch: number
  readonly step: string
  readonly from: string
  readonly to: string
  readonly detail: string
}

/** The steps of one epoch from its beginning to its end. */
const whole = /^(install|begin (refused|discarded|interrupted)|begin switch (done|interrupted))$/

/** What a journal says. */
export interface AuditedJournal {
  /** The version that runs. */
  readonly serves: string
  /** The last step. */
  readonly last: string
  /** How each swap ended, as `EPOCH STEP`, the newest first. */
  readonly ends: readonly string[]
  /** Where it is not complete. */
  readonly complaints: readonly string[]
}

/** Reads the journal as it lies on disk. */
export function auditJournal({ journal }: KeeperFolder): AuditedJournal {
  const lines = readFileSync(journal, 'utf8').split('\n').slice(0, -1).map((line) => JSON.parse(line) as Line)
  const epochs = [...Map.groupBy(lines, ({ epoch }) => epoch)].map(([epoch, steps]) => ({ epoch, steps: steps.map(({ step }) => step) }))
  const complaints = epochs.flatMap(({ epoch, steps }, at) => [
    ...(epoch === at + 1 ? [] : [`epoch ${epoch} stands in place ${at + 1} of the journal`]),
    ...(whole.test(steps.join(' ')) ? [] : [`epoch ${epoch} has the steps ${steps.join(' ')}`]),
  ])
  const ends = epochs.filter(({ steps }) => steps[0] !== 'install').map(({ epoch, steps }) => `${epoch} ${steps.at(-1)}`)
  return { serves: served(lines.at(-1)), last: lines.at(-1)?.step ?? '', ends: ends.toReversed(), complaints }
}

/** The version that the last entry says runs. */
function served(last: Line | undefined): string {
  if (last === undefined) return 'nothing'
  if (last.step === 'interrupted') return /: (\S+) runs$/.exec(last.detail)?.[1] ?? `nothing by "${last.detail}"`
  return last.step === 'done' || last.step === 'install' ? last.to : last.from
}
