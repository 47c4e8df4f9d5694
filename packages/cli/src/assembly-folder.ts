import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { CliError } from './errors.ts'

/**
 * The folder of the assembly that is meant: the one that was typed, else the nearest that holds an `assembly.yaml`, or
 * that a `package.json` names as `"caruso": { "assembly": "FOLDER" }`, from here upwards.
 *
 * @throws CliError `USAGE` when there is none
 */
export function assemblyFolder(typed: string | undefined, from = process.cwd()): string {
  const found = findAssembly(typed, from)
  if (found === undefined) throw new CliError('USAGE', `Looked for an assembly from "${resolve(from)}" upwards: found no assembly.yaml; name its folder by --assembly FOLDER`)
  return found
}

/** The same, for what also works where there is none. */
export function findAssembly(typed: string | undefined, from = process.cwd()): string | undefined {
  if (typed !== undefined) {
    const folder = resolve(from, typed)
    if (existsSync(join(folder, 'assembly.yaml'))) return folder
    throw new CliError('USAGE', `Looked for an assembly in "${folder}": expected a file assembly.yaml, found none`)
  }
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'assembly.yaml'))) return folder
    const named = namedIn(folder)
    if (named !== undefined) return named
    if (folder === dirname(folder)) return undefined
  }
}

function namedIn(folder: string): string | undefined {
  const file = join(folder, 'package.json')
  if (!existsSync(file)) return undefined
  const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'))
  const named = typeof manifest === 'object' && manifest !== null && 'caruso' in manifest ? manifest.caruso : undefined
  const assembly = typeof named === 'object' && named !== null && 'assembly' in named ? named.assembly : undefined
  return typeof assembly === 'string' ? join(folder, assembly) : undefined
}
