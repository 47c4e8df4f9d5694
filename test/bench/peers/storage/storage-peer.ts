/** Where a peer finds its own copy of the shop: the same tables and rows for everybody. */
export type ShopDatabase =
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'pg'; readonly host: string; readonly port: number; readonly user: string; readonly password: string; readonly database: string }

/** Decimals are texts, instants ISO 8601 UTC with microseconds, keys numbers: what goes over a wire as it is. */
export interface Customer {
  readonly id: number
  readonly name: string
  readonly email: string | null
  readonly country: string
  readonly active: boolean
  readonly credit: string
  readonly created: string
}

export interface Order {
  readonly id: number
  readonly customer: number
  readonly paid: boolean
  readonly total: string
  readonly placed: string
}

export interface Line {
  readonly id: number
  readonly order: number
  readonly product: number
  readonly quantity: number
  readonly price: string
  readonly note: string | null
}

export interface Product {
  readonly id: number
  readonly name: string
  readonly price: string
}

export interface OrderOfGraph extends Order {
  readonly lines: readonly Line[]
}

export interface CustomerOfGraph extends Customer {
  readonly orders: readonly OrderOfGraph[]
}

/** Active customers of a country that were created at this instant or later. */
export interface PageFilter {
  readonly country: string
  readonly createdFrom: string
  readonly limit: number
}

/** Customers that are new, with their keys, and customers that are there, each as it is to be. */
export interface Changes {
  readonly created: readonly Customer[]
  readonly changed: readonly Customer[]
}

/** Somebody who reads and writes the shop's objects. All that is answered is ordered by key, but for the page. */
export interface StoragePeer {
  get(id: number): Promise<Customer | undefined>
  /** All customers. */
  rows(): Promise<readonly Customer[]>
  /** These customers, with their orders, with the lines of those. */
  graph(ids: readonly number[]): Promise<readonly CustomerOfGraph[]>
  /** All changes in one transaction. */
  commit(changes: Changes): Promise<unknown>
  /** Ordered by when they were created, then by key. */
  page(filter: PageFilter): Promise<readonly Customer[]>
  /** All customers, some at a time; only ours is measured so. */
  stream?(): AsyncIterable<readonly Customer[]>
  close(): Promise<unknown>
}

/** How a peer starts. */
export type OpenPeer = (database: ShopDatabase) => Promise<StoragePeer>

/** Connections to PostgreSQL that a peer may have. */
export const poolSize = 4

/** What every connection to SQLite is told first. */
export const pragmas = ['journal_mode = wal', 'synchronous = normal', 'foreign_keys = on'] as const
