import { connected } from '../connection.ts'
import { terminal } from '../terminal.ts'

/** `caruso events`: prints each event as it comes, until it is told to stop. */
export async function events(folder: string, json: boolean, topic: string | undefined, options: { readonly count?: number }): Promise<void> {
  const out = terminal(json)
  await connected(folder, async ({ bus }) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    let heard = 0
    const end = bus.on(topic ?? '*', (event) => {
      const at = new Date().toISOString()
      out.answer({ at, ...event }, () => `${at}  ${event.component}  ${event.contract}.${event.event}  ${JSON.stringify(event.payload)}`)
      if (++heard === options.count) resolve()
    })
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
    out.progress(`Listening to ${topic ?? 'every event'}; Ctrl+C stops`)
    await promise
    end()
  })
}
