import { readdirSync, readFileSync } from 'node:fs'
import { codeOf } from '@caruso/contract'

/** Bytes of memory (resident set) of a process and all its descendants, as /proc tells them. Linux only. */
export function treeMemory(pid: number): number {
  const parents = new Map<number, number>()
  for (const entry of readdirSync('/proc')) {
    const parent = /^\d+$/.test(entry) ? statusOf(Number(entry), 'PPid') : undefined
    if (parent !== undefined) parents.set(Number(entry), parent)
  }
  const isInTree = (one: number | undefined): boolean => one === pid || (one !== undefined && one !== 0 && isInTree(parents.get(one)))
  return [...parents.keys()].filter(isInTree).reduce((sum, one) => sum + (statusOf(one, 'VmRSS') ?? 0) * 1024, 0)
}

/** A number of /proc/PID/status; undefined for a process that has ended meanwhile, or has no such number. */
function statusOf(pid: number, name: string): number | undefined {
  try {
    const found = new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return found === undefined ? undefined : Number(found)
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ESRCH') return undefined
    throw error
  }
}
