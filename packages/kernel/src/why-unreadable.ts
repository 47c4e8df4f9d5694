import { codeOf, messageOf } from '@caruso/contract'

/** Why a file or folder could not be read; what Node refuses a process of its own, the assembly file can allow, and that is said. */
export function whyUnreadable(error: unknown, path: string): string {
  if (codeOf(error) !== 'ERR_ACCESS_DENIED') return messageOf(error)
  return `a component with isolation process reads of the assembly's folder what assembly.yaml names, such as "reads: [${path}]", and is started again after that`
}
