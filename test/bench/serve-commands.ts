interface Command {
  readonly id: number
  readonly command: string
  readonly input: object
}

type Handler = (input: never) => unknown

/** Answers the commands of the process that started this one; when that is gone, closes and ends. */
export function serveCommands(handlers: Readonly<Record<string, Handler>>, close: () => Promise<unknown>): void {
  const all: Readonly<Record<string, Handler>> = { ready: () => true, ...handlers }
  const answer = async ({ id, command, input }: Command): Promise<void> => {
    try {
      const result = await all[command]?.(input as never)
      process.send?.({ id, result })
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  }
  process.on('message', (message) => void answer(message as Command))
  process.once('disconnect', () => void close().finally(() => process.exit(0)))
}
