import { messageOf } from '@caruso/contract'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** A plugin that ships commands, and the file that exports them. */
export interface Shipping {
  readonly plugin: string
  readonly file: string
}

/**
 * The plugins of an assembly that ship commands, in the versions in use; and what is wrong with others, in words.
 *
 * It is remembered until a file changes that it came from: to load the manager takes longer than all of help.
 */
export async function shippingIn(folder: string): Promise<{ readonly shipping: readonly Shipping[]; readonly problems: readonly string[] }> {
  const memory = join(folder, '.caruso', 'commands.json')
  const known = recall(memory)
  if (known !== undefined) return { shipping: known, problems: [] }
  const shipping = new Map<string, Shipping>()
  const seen = ['assembly.yaml', 'assembly.lock', '.caruso/journal.jsonl'].map((name) => join(folder, name))
  const problems: string[] = []
  const { commandsFileOf, readAssembly, versionInUse } = await import('@caruso/manager')
  const attempt = async (work: () => Promise<void>): Promise<void> => await work().catch((error: unknown) => void problems.push(messageOf(error)))
  await attempt(async () => {
    const assembly = await readAssembly(folder, { env: process.env })
    for (const component of Object.keys(assembly.components)) {
      await attempt(async () => {
        const plugin = await versionInUse(assembly, component)
        seen.push(join(plugin.folder, 'package.json'))
        const file = await commandsFileOf(plugin.folder)
        if (file !== undefined) shipping.set(file, { plugin: plugin.name, file })
      })
    }
  })
  const found = [...shipping.values()]
  // Only where the assembly was run or checked before: asking for help makes no folder.
  if (problems.length === 0 && existsSync(dirname(memory))) await attempt(async () => await writeFile(memory, JSON.stringify({ seen, stamp: stampOf(seen), shipping: found }), { mode: 0o600 }))
  return { shipping: found, problems }
}

/** What was remembered, unless a file that it came from has changed since, or it cannot be read. */
function recall(memory: string): readonly Shipping[] | undefined {
  try {
    const { seen, stamp, shipping } = JSON.parse(readFileSync(memory, 'utf8')) as { seen: string[]; stamp: string; shipping: Shipping[] }
    return stamp === stampOf(seen) ? shipping : undefined
  } catch {
    return undefined
  }
}

function stampOf(files: readonly string[]): string {
  const found = files.map((file) => statSync(file, { throwIfNoEntry: false }))
  return JSON.stringify([process.execArgv, ...found.map((stat) => [stat?.size, stat?.mtimeMs])])
}
