import type { Implementation } from '@caruso/contract'
import type { Scope } from '@caruso/kernel'
import type { Keeper } from './contract.ts'
import { Disk } from './disk.ts'
import { Life } from './life.ts'
import { version } from './version.ts'

/** What `start` of a keeper does, with state or without: its life is followed, and its work goes to the disk. */
export async function keep({ folder, witness }: { readonly folder: string; readonly witness: number }, scope: Scope): Promise<Implementation<typeof Keeper>> {
  const life = scope.own(await Life.begin(witness, version), async (begun) => await begun.end())
  const disk = new Disk(folder)
  const answer = { version, life: life.id }
  scope.own(undefined, async () => await life.reach('leaves'))
  scope.selfTest(async () => await life.reach('proves'))
  scope.whenActive(async () => {
    await life.reach('begins')
    return async () => await life.reach('stops')
  })
  await life.reach('starts')
  return {
    write: async ({ id }) => {
      await disk.write(id)
      return answer
    },
    book: async ({ id }) => {
      await disk.book(id)
      return answer
    },
    peek: () => answer,
  }
}
