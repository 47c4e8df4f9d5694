import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '@caruso/contract'
import type { SubstitutionSources } from './substitution.ts'
import type { Problem } from './yaml-document.ts'

const maxBytes = 65_536

/** Reads secrets from `.caruso/secrets/NAME` below the assembly, else from the environment variable `CARUSO_SECRET_NAME`. */
export async function readSecrets(folder: string, names: ReadonlySet<string>, env: SubstitutionSources['env']): Promise<SubstitutionSources['secrets']> {
  const secrets = await Promise.all([...names].map(async (name) => [name, await readSecret(folder, name, env)] as const))
  return new Map(secrets)
}

async function readSecret(folder: string, name: string, env: SubstitutionSources['env']): Promise<{ readonly value: string } | Problem> {
  const place = `.caruso/secrets/${name}`
  const path = join(folder, '.caruso', 'secrets', name)
  try {
    const { mode, size } = await stat(path)
    if (size > maxBytes) return { expected: `a secret of at most ${maxBytes} bytes in ${place}`, found: `${size} bytes` }
    // Windows has no such modes: there a file is protected by its folder.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      return { expected: `a file ${place} that only its user can read`, found: `mode ${(mode & 0o777).toString(8).padStart(4, '0')} (mend it with: chmod 600 ${place})` }
    }
    return { value: (await readFile(path, 'utf8')).replace(/\r?\n$/, '') }
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') return { expected: `a readable file ${place}`, found: codeOf(error) ?? 'a failure' }
    const value = env[`CARUSO_SECRET_${name}`]
    return value === undefined ? { expected: `the secret ${name} in the file ${place} or the environment variable CARUSO_SECRET_${name}`, found: 'neither' } : { value }
  }
}
