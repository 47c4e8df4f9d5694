import { contract, Type } from '@caruso/contract'

const Instant = Type.String({ format: 'date-time', description: 'ISO 8601, UTC' })

/** One running instance, as whoever may look sees it: no configuration, no secrets. */
export const InstanceOverview = Type.Object({
  component: Type.String(),
  instance: Type.String(),
  version: Type.String(),
  state: Type.String(),
  health: Type.Object({ ok: Type.Boolean(), detail: Type.Optional(Type.String()) }),
  isolation: Type.String(),
  started: Instant,
  inFlight: Type.Integer(),
  calls: Type.Integer({ description: 'Since it started' }),
  errors: Type.Integer({ description: 'Since it started' }),
})

/** One exchange of a version. */
export const SwapOverview = Type.Object({
  at: Instant,
  component: Type.String(),
  from: Type.String(),
  to: Type.String(),
  outcome: Type.String({ description: 'done, refused, discarded or interrupted' }),
})

/** What runs, at a glance, for people who look after it. */
export const Status = contract({
  name: 'status',
  version: '1.0.0',
  operations: {
    overview: {
      description: 'The components that run, and the last ten exchanges of a version',
      input: Type.Object({}),
      output: Type.Object({ assembly: Type.String(), at: Instant, instances: Type.Array(InstanceOverview), swaps: Type.Array(SwapOverview) }),
      idempotent: true,
      public: true,
    },
  },
  events: {
    changed: {
      description: 'A component came, went, or changed its health',
      payload: Type.Object({ component: Type.String(), version: Type.String(), state: Type.String() }),
      public: true,
    },
  },
})
