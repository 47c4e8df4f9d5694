import { CarusoError, type CommandContext, type Static, Type, Value } from '@caruso/contract'
import { findOperation } from './find-operation.ts'

/** What is to be final. */
export interface Final {
  readonly component: string
  readonly drop?: boolean
  readonly dryRun?: boolean
  readonly why?: string
}

/** What the service manager answers. */
const Told = Type.Object({ version: Type.String(), changes: Type.Array(Type.String()), losses: Type.Array(Type.String()) })

/** Milliseconds: a table may have to be made anew. */
const patience = 3_600_000

/** `caruso finalize`: the versions before will not come back. */
export async function finalize(asked: Final, { connected, terminal }: CommandContext): Promise<void> {
  await connected(async (assembly) => {
    const { contract, name } = findOperation(assembly, 'manager.finalize')
    const told: unknown = await assembly.client(contract)[name]?.(asked as never, assembly.call(patience))
    if (!Value.Check(Told, told)) throw new CarusoError('INVALID_OUTPUT', `Made component "${asked.component}" final: the service manager that runs answers otherwise`)
    terminal.answer(told, () => wordsOf(asked, told).join('\n'))
  })
}

function wordsOf({ component, dryRun = false }: Final, { version, changes, losses }: Static<typeof Told>): string[] {
  const nothing = changes.length === 0 ? '; there was nothing to take away' : ''
  return [`${component} ${version} ${dryRun ? 'would be' : 'is'} final${nothing}`, ...changes.map((change) => `  ${change}`), ...losses.map((loss) => `  lost: ${loss}`)]
}
