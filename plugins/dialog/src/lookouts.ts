import { codeOf, type Call, type Client } from '@caruso/contract'
import type { Attributes } from '@caruso/expression'
import type { Objects } from '@caruso/modeler/contract'
import type { Requests } from './contract.ts'
import { requireTypes } from './declared-types.ts'
import type { Input, Lookout } from './engine/state.ts'
import type { Value } from './script.ts'

/** Finds what dialogs wait for: business objects, and the answers of requests. */
export class Lookouts {
  readonly #objects: Client<typeof Objects>
  readonly #requests: { readonly current: Client<typeof Requests> | undefined }
  readonly #answerOf: (action: string) => Attributes
  readonly #log: { warn(about: object, words: string): void }

  /** @param answerOf finds what an action answers, as the file of the actions says */
  constructor(objects: Client<typeof Objects>, requests: { readonly current: Client<typeof Requests> | undefined }, answerOf: (action: string) => Attributes, log: { warn(about: object, words: string): void }) {
    this.#objects = objects
    this.#requests = requests
    this.#answerOf = answerOf
    this.#log = log
  }

  /** What was found, as the dialog's next input. A failure is an answer too: the script says where it leads. */
  async find(lookout: Lookout, at: string, call: Call): Promise<Input> {
    const { asked } = lookout
    try {
      return { kind: 'found', asked, value: lookout.kind === 'look' ? await this.#look(lookout, call) : await this.#request(lookout, call), at }
    } catch (error) {
      // What was asked for may hold what a person said, so only its kind is told.
      this.#log.warn({ code: codeOf(error), of: lookout.kind === 'look' ? lookout.query.class : lookout.action }, 'A dialog did not find what it asked for')
      return { kind: 'found', asked, value: null, failed: true, at }
    }
  }

  async #look({ query }: Extract<Lookout, { kind: 'look' }>, call: Call): Promise<Value> {
    const { class: className, where, order, with: related } = query
    const { objects } = await this.#objects.find({ class: className, where, with: related, limit: query.many ? query.limit : 1, ...(order ? { order: [order] } : {}) }, call)
    return (query.many ? objects : (objects[0] ?? null)) as Value
  }

  async #request({ action, args }: Extract<Lookout, { kind: 'request' }>, call: Call): Promise<Value> {
    const { current } = this.#requests
    if (current === undefined) throw new TypeError(`Requested "${action}": no component answers requests of dialogs`)
    const { answer } = await current.answer({ action, args }, call)
    requireTypes(answer, this.#answerOf(action))
    return answer as Value
  }
}
