import { codeOf, type Call } from '@caruso/contract'
import type { DialogDesk } from './dialog-desk.ts'
import type { DialogStore, KeptDialog } from './dialog-store.ts'

/** Ends dialogs that people left. */
export class Expiry {
  readonly #store: DialogStore
  readonly #desk: DialogDesk
  readonly #after: { readonly expireAfter: number; readonly suspendedFor: number }

  constructor(store: DialogStore, desk: DialogDesk, after: { readonly expireAfter: number; readonly suspendedFor: number }) {
    this.#store = store
    this.#desk = desk
    this.#after = after
  }

  /** @throws what the first said that could not be ended, once all others are */
  async run(call: Call): Promise<void> {
    const ago = (milliseconds: number): Date => new Date(Date.now() - milliseconds)
    const failures = [
      ...(await this.#expire(this.#store.idle('running', ago(this.#after.expireAfter * 60_000), call), call)),
      ...(await this.#expire(this.#store.idle('suspended', ago(this.#after.suspendedFor * 86_400_000), call), call)),
    ]
    if (failures.length > 0) throw failures[0]
  }

  /** Answers what failed. */
  async #expire(dialogs: AsyncIterable<Pick<KeptDialog, 'id' | 'changes'>>, call: Call): Promise<readonly unknown[]> {
    const failures: unknown[] = []
    for await (const dialog of dialogs) {
      try {
        await this.#desk.expire(dialog, call)
      } catch (error) {
        // Somebody went on with it at the last moment.
        if (codeOf(error) !== 'DIALOG_MOVED') failures.push(error)
      }
    }
    return failures
  }
}
