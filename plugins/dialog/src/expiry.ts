import { codeOf, type Call } from '@caruso/contract'
import type { DialogDesk } from './dialog-desk.ts'
import type { DialogStore } from './dialog-store.ts'

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

  async run(call: Call): Promise<void> {
    const ago = (milliseconds: number): Date => new Date(Date.now() - milliseconds)
    await this.#expire(await this.#store.idle('running', ago(this.#after.expireAfter * 60_000), call), call)
    await this.#expire(await this.#store.idle('suspended', ago(this.#after.suspendedFor * 86_400_000), call), call)
  }

  async #expire(dialogs: readonly string[], call: Call): Promise<void> {
    for (const id of dialogs) {
      try {
        await this.#desk.expire(id, call)
      } catch (error) {
        // Somebody went on with it at the last moment.
        if (codeOf(error) !== 'DIALOG_MOVED') throw error
      }
    }
  }
}
