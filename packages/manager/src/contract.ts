import { contract, Type } from '@caruso/contract'

const Name = Type.String({ minLength: 1, maxLength: 64 })
const Version = Type.String({ minLength: 1, maxLength: 256 })
const Instant = Type.String({ format: 'date-time', description: 'ISO 8601, UTC' })

/** A component as operators see it: the instance that runs, or why none does, with an empty `instance`. */
export const ComponentStatus = Type.Object({
  component: Name,
  plugin: Type.String(),
  version: Version,
  instance: Type.String({ description: 'Empty while none runs' }),
  host: Type.String(),
  isolation: Type.String(),
  state: Type.String({ description: 'That of the instance; "given up" after too many crashes; "starting" while none runs yet or again' }),
  health: Type.Object({ ok: Type.Boolean(), detail: Type.Optional(Type.String()) }),
  provides: Type.Array(Type.String({ description: 'contract@version' })),
  requires: Type.Array(Type.Object({ key: Type.String(), contract: Type.String({ description: 'contract@^version' }), optional: Type.Boolean(), component: Type.Optional(Name) })),
  started: Type.String({ format: 'date-time', description: 'ISO 8601, UTC; while no instance runs, since when this version is to run' }),
  startMs: Type.Number(),
  inFlight: Type.Integer(),
  calls: Type.Integer(),
  errors: Type.Integer(),
})

/** One thing that was checked before a swap touches anything. */
export const PlanCheck = Type.Object({ check: Type.String(), ok: Type.Boolean(), detail: Type.String() })

export const SwapPlan = Type.Object({
  component: Name,
  from: Version,
  to: Version,
  accepted: Type.Boolean(),
  checks: Type.Array(PlanCheck),
})

/** One step of a swap, told when it is done. */
export const SwapStep = Type.Object({
  step: Type.Union([Type.Literal('plan'), Type.Literal('start'), Type.Literal('switch'), Type.Literal('drain'), Type.Literal('done'), Type.Literal('discard')]),
  detail: Type.String(),
  ms: Type.Number(),
})

/** What happened to a component: who, why, what, how long. */
export const HistoryEntry = Type.Object({
  at: Instant,
  epoch: Type.Integer(),
  component: Name,
  action: Type.String({ description: 'swap or rollback' }),
  from: Version,
  to: Version,
  who: Type.String(),
  why: Type.String(),
  outcome: Type.String({ description: 'done, refused, discarded or interrupted' }),
  detail: Type.String(),
  ms: Type.Number(),
})

/** What the service manager offers: the whole assembly at a glance, and exchange of versions. Never public. */
export const Manager = contract({
  name: 'manager',
  version: '1.0.0',
  operations: {
    list: {
      description: 'The components, with version, health and figures',
      input: Type.Object({}),
      output: Type.Object({ assembly: Name, components: Type.Array(ComponentStatus) }),
      idempotent: true,
    },
    info: {
      description: 'One component: what it provides and requires, its configuration without secrets, the versions on disk',
      input: Type.Object({ component: Name }),
      output: Type.Object({ status: ComponentStatus, config: Type.Unknown(), versions: Type.Array(Version), previous: Type.Optional(Version) }),
      idempotent: true,
    },
    plan: {
      description: 'What a swap would check and do, touching nothing',
      input: Type.Object({ component: Name, version: Type.Optional(Version) }),
      output: SwapPlan,
      idempotent: true,
      permission: 'manage',
      timeout: 60_000,
    },
    swap: {
      description: 'Replaces the running version by another with no failed call',
      input: Type.Object({ component: Name, version: Type.Optional(Version), why: Type.Optional(Type.String({ maxLength: 500 })) }),
      stream: SwapStep,
      permission: 'manage',
      timeout: 120_000,
    },
    rollback: {
      description: 'Goes back to the version before, by a swap',
      input: Type.Object({ component: Name, why: Type.Optional(Type.String({ maxLength: 500 })) }),
      stream: SwapStep,
      permission: 'manage',
      timeout: 120_000,
    },
    history: {
      description: 'What was swapped, by whom, why, and how long it took; the newest first',
      input: Type.Object({ component: Type.Optional(Name), limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })) }),
      output: Type.Array(HistoryEntry),
      idempotent: true,
    },
  },
  events: {
    changed: { description: 'A component came, went, or changed its health', payload: Type.Object({ component: Name, version: Version, state: Type.String() }) },
  },
})
