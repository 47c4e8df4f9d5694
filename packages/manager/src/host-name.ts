import { join } from 'node:path'
import type { Assembly } from './assembly.ts'

/** The host that `caruso up` starts. */
export const mainHost = 'main'

/** The folder that a host keeps its journal, its log and its socket in; plugins, secrets and data are those of the assembly's folder. */
export function hostFolder(folder: string, host: string): string {
  return host === mainHost ? join(folder, '.caruso') : join(folder, '.caruso', 'hosts', host)
}

/** The hosts that an assembly file names, the main one first. */
export function hostsOf({ components }: Pick<Assembly, 'components'>): string[] {
  return [...new Set([mainHost, ...Object.values(components).map(({ host }) => host)])]
}

/** The name of the service manager of a host, as a component. */
export function managerOf(host: string): string {
  return host === mainHost ? 'manager' : `manager-${host}`
}

/** The host whose service manager is called so. */
export function hostOfManager(component: string): string | undefined {
  if (component === managerOf(mainHost)) return mainHost
  return component.startsWith('manager-') ? component.slice('manager-'.length) : undefined
}
