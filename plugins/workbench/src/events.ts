import type { CommandContext } from '@caruso/contract'

/** `caruso events`: prints each event as it comes, until it is told to stop. */
export async function events({ event = '*', count }: { readonly event?: string; readonly count?: number }, { connected, terminal }: CommandContext): Promise<void> {
  await connected(async (assembly) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    let heard = 0
    const end = assembly.on(event, (told) => {
      const at = new Date().toISOString()
      terminal.answer({ at, ...told }, () => `${at}  ${told.component}  ${told.contract}.${told.event}  ${JSON.stringify(told.payload)}`)
      if (++heard === count) resolve()
    })
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
    terminal.progress(`Listening to ${event === '*' ? 'every event' : event}; Ctrl+C stops`)
    await promise
    end()
  })
}
