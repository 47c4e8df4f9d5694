import { type Contract, nearest, type Operation } from '@caruso/contract'
import type { PublicService } from '@caruso/kernel'
import { GatewayError } from './errors.ts'

/** A public operation at its address. */
export interface Route {
  readonly contract: string
  readonly version: string
  readonly major: number
  readonly name: string
  readonly operation: Operation
  readonly address: string
}

/** What the gateway offers at the moment, by address: `/api/<contract>/v<major>/<operation>`. Never changed, only replaced. */
export class OperationTable {
  readonly routes: readonly Route[]
  readonly #byAddress: ReadonlyMap<string, Route>

  /** Several versions of one major share an address; it shows the newest, whoever provides it. */
  constructor(services: readonly PublicService[]) {
    const byAddress = new Map<string, Route>()
    for (const { contract } of services) {
      for (const route of routesOf(contract)) {
        const known = byAddress.get(route.address)
        if (known === undefined || isNewer(route.version, known.version)) byAddress.set(route.address, route)
      }
    }
    this.routes = [...byAddress.values()].toSorted((a, b) => (a.address < b.address ? -1 : 1))
    this.#byAddress = new Map(this.routes.map((route) => [route.address, route]))
  }

  /** @throws GatewayError `NOT_FOUND`, with the nearest address there is */
  find(address: string): Route {
    const route = this.#byAddress.get(address)
    if (route !== undefined) return route
    const suggestion = nearest(address, this.#byAddress.keys())
    const hint = suggestion === undefined ? '; /docs lists what there is' : `, did you mean "${suggestion}"`
    throw new GatewayError('NOT_FOUND', `Looked for a public operation at "${address.slice(0, shownAddress)}": found none${hint}`)
  }
}

/** Whether the operation can also be asked by GET, with its input in the address. */
export function isReadable({ operation }: Route): boolean {
  return operation.idempotent === true && operation.stream === undefined
}

const shownAddress = 200

function routesOf(contract: Contract): Route[] {
  const major = Number(contract.version.split('.', 1)[0])
  return Object.entries(contract.operations)
    .filter(([, operation]) => operation.public === true)
    .map(([name, operation]) => ({ contract: contract.name, version: contract.version, major, name, operation, address: `/api/${contract.name}/v${major}/${name}` }))
}

/** Whether a version comes after another of the same major; a pre-release comes before its release. */
function isNewer(version: string, than: string): boolean {
  const [[release, pre], [otherRelease, otherPre]] = [parts(version), parts(than)]
  const order = release.localeCompare(otherRelease, 'en', { numeric: true })
  if (order !== 0) return order > 0
  return pre === '' ? otherPre !== '' : otherPre !== '' && pre.localeCompare(otherPre, 'en', { numeric: true }) > 0
}

function parts(version: string): [release: string, pre: string] {
  const [plain = ''] = version.split('+', 1)
  const [release = '', ...pre] = plain.split('-')
  return [release, pre.join('-')]
}
