import type { Origin } from '@caruso/bus'

/** Who asks in the tests. */
export const consumer: Origin = { component: 'tester', grants: [], identity: 'ada', permissions: [], timeout: 5_000 }
