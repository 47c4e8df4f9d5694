import type { PublicServices } from '@caruso/kernel'
import { openApiOf } from './open-api.ts'
import type { OpenApi } from './open-api.ts'
import { OperationTable } from './operation-table.ts'

/** What the gateway offers now; made anew when it is asked for after a change. */
export class Offer {
  readonly #services: PublicServices
  #table: OperationTable | undefined
  #document: OpenApi | undefined

  constructor(services: PublicServices) {
    this.#services = services
    services.watch(() => {
      this.#table = undefined
      this.#document = undefined
    })
  }

  get table(): OperationTable {
    return (this.#table ??= new OperationTable(this.#services.list()))
  }

  get document(): OpenApi {
    return (this.#document ??= openApiOf(this.table.routes))
  }
}
