import type { Assembly } from '@caruso/manager'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/** A command that makes sense now, and what it shows. */
export interface NextCommand {
  readonly command: string
  readonly shows: string
}

/**
 * Three commands to try when an assembly has just started: a look at what runs, and a swap where a version to swap to
 * lies in `releases/` beside the assembly file.
 */
export function nextCommands(assembly: Assembly, running: ReadonlyMap<string, string>, folder = process.cwd()): NextCommand[] {
  const look = { command: 'npx caruso ls', shows: 'what runs, how it is, what it does' }
  const release = nextRelease(assembly, running)
  if (release === undefined) {
    const [component = ''] = Object.keys(assembly.components)
    return [look, { command: 'npx caruso graph', shows: 'who asks whom' }, { command: `npx caruso info ${component}`, shows: 'one component: contracts, configuration, versions' }]
  }
  return [
    look,
    { command: `npx caruso add ${relative(folder, release.folder)}`, shows: `takes in ${release.component} ${release.version}` },
    { command: `npx caruso swap ${release.component} ${release.version}`, shows: 'makes it run while requests flow; caruso rollback goes back' },
  ]
}

function nextRelease(assembly: Assembly, running: ReadonlyMap<string, string>): { component: string; version: string; folder: string } | undefined {
  for (const manifest of globSync('releases/*/package.json', { cwd: assembly.folder }).toSorted()) {
    const { name, version } = JSON.parse(readFileSync(join(assembly.folder, manifest), 'utf8')) as { name?: string; version?: string }
    const found = Object.entries(assembly.components).find(([, { plugin }]) => plugin === name)
    if (found !== undefined && version !== undefined && running.get(found[0]) !== version) return { component: found[0], version, folder: join(assembly.folder, dirname(manifest)) }
  }
  return undefined
}
