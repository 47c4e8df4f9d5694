import { codeOf } from '@caruso/contract'
import { readdirSync, readFileSync } from 'node:fs'

/** The processes that a process has started and that still run, as /proc tells them. Linux only. */
export function processChildren(pid: number): number[] {
  return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)).map(Number).filter((one) => parentOf(one) === pid)
}

/** Whether a process runs; one that has ended and was not asked for its end does not. */
export function processRuns(pid: number): boolean {
  return parentOf(pid) !== undefined
}

function parentOf(pid: number): number | undefined {
  try {
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return state === 'Z' || parent === undefined ? undefined : Number(parent)
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ESRCH') return undefined
    throw error
  }
}
