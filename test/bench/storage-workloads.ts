import type { StoragePeer } from './peers/storage/storage-peer.ts'
import { changedBy, changesOf, graphOf, idsOf, pageOf, pagesOf, type Shop, type ShopSize } from './shop.ts'

export const workloadNames = ['get', 'rows', 'graph', 'page', 'commit'] as const
export type WorkloadName = (typeof workloadNames)[number]

/** One thing that a peer is asked again and again; a round has inputs of its own. */
export interface Workload {
  /** So often in a round. */
  readonly times: number
  /** All the asking of a round, ready to be timed one after the other. */
  prepare(peer: StoragePeer, times: number, round: number): readonly (() => Promise<unknown>)[]
  /** What the askings of a round have to answer; what a commit leaves behind, as the customers are then. */
  expected(shop: Shop, times: number, round: number): readonly unknown[]
}

const graphCustomers = 100

export function workloadsOf(size: ShopSize): Readonly<Record<WorkloadName, Workload>> {
  const graphs = (times: number, round: number): number[][] =>
    Array.from({ length: times }, (_, index) => [...new Set(idsOf(size, Math.min(graphCustomers, size.customers / 10), 1_000 * (round + 1) + index))])
  return {
    get: {
      times: 1_000,
      prepare: (peer, times, round) => idsOf(size, times, round).map((id) => () => peer.get(id)),
      expected: ({ customers }, times, round) => idsOf(size, times, round).map((id) => customers[id - 1]),
    },
    rows: {
      times: 5,
      prepare: (peer, times) => Array.from({ length: times }, () => () => peer.rows()),
      expected: ({ customers }, times) => Array.from({ length: times }, () => customers),
    },
    graph: {
      times: 10,
      prepare: (peer, times, round) => graphs(times, round).map((ids) => () => peer.graph(ids)),
      expected: (shop, times, round) => graphs(times, round).map((ids) => graphOf(shop, ids)),
    },
    page: {
      times: 100,
      prepare: (peer, times, round) => pagesOf(times, round).map((filter) => () => peer.page(filter)),
      expected: (shop, times, round) => pagesOf(times, round).map((filter) => pageOf(shop, filter)),
    },
    commit: {
      times: 1,
      prepare: (peer, times, round) => Array.from({ length: times }, () => changesOf(size, round)).map((changes) => () => peer.commit(changes)),
      expected: ({ customers }, _times, round) => [changedBy(customers, changesOf(size, round))],
    },
  }
}
