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
  host: Type.String({ description: 'The name of the host that runs it' }),
  isolation: Type.String(),
  state: Type.String({ description: 'That of the instance; "given up" after too many crashes; "starting" while none runs yet or again; "away" while its host is' }),
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
  epoch: Type.Integer({ description: 'That of its host at which it would begin' }),
  movesTo: Type.Optional(Type.String({ description: 'The host that the new version would run at, where that is another one' })),
  checks: Type.Array(PlanCheck),
})

const CallFigures = Type.Object({ calls: Type.Integer(), failures: Type.Integer(), p95Ms: Type.Number({ description: '95 % of the calls took no longer' }) })

/** What was seen so far of a version that is tried, and of the one that runs meanwhile. */
export const TrialFigures = Type.Object({
  running: CallFigures,
  tried: CallFigures,
  compared: Type.Optional(Type.Object({ same: Type.Integer(), differing: Type.Array(Type.Object({ operation: Type.String(), answers: Type.Integer() })) }, { description: 'Answers of a shadow, which nobody was given' })),
})

/** How a new version is tried before callers are sent to it: with a share of the calls, or as a shadow that is asked too. */
export const TrialRequest = Type.Object({
  kind: Type.Enum(['canary', 'shadow']),
  share: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1, description: 'Of a canary; 0.05 unless told' })),
  forMs: Type.Integer({ minimum: 100, maximum: 2_700_000 }),
})

/** One step of a swap, told when it is done; of a trial, also while it goes on. */
export const SwapStep = Type.Object({
  step: Type.Enum(['plan', 'grow', 'start', 'canary', 'shadow', 'copy', 'switch', 'drain', 'done', 'discard']),
  detail: Type.String(),
  ms: Type.Number(),
  figures: Type.Optional(TrialFigures),
})

/** What happened to a component: who, why, what, how long. */
export const HistoryEntry = Type.Object({
  at: Instant,
  host: Type.String({ description: 'Where it was done, and whose epochs are counted' }),
  epoch: Type.Integer(),
  component: Name,
  action: Type.String({ description: 'swap, move, rollback or finalize' }),
  from: Version,
  to: Version,
  movedTo: Type.Optional(Type.String({ description: 'The host that it was to run at afterwards, where that is another one' })),
  who: Type.String(),
  why: Type.String(),
  outcome: Type.String({ description: 'done, refused, discarded, rehearsed (a shadow) or interrupted' }),
  detail: Type.String(),
  ms: Type.Number(),
})

const ContractData = Type.Object({ name: Name, version: Version, operations: Type.Record(Type.String(), Type.Unknown()), events: Type.Record(Type.String(), Type.Unknown()) })

/** Who requires what at a host, with the contracts they were built with. */
export const Caller = Type.Object({
  component: Name,
  requires: Type.Array(Type.Object({
    key: Type.String(),
    kind: Type.Enum(['required', 'optional']),
    contract: ContractData,
  })),
})

/** What a component that is to come in provides and requires, once it is loaded; or what it left behind, once it has ended. */
export const ArrivalStep = Type.Object({
  description: Type.Optional(Type.Object({
    plugin: Type.String(),
    provides: Type.Array(ContractData),
    requires: Type.Array(Type.Object({ key: Type.String(), kind: Type.Enum(['required', 'optional', 'public']), contract: Type.Optional(ContractData), needs: Type.Optional(Type.Unknown()) })),
    state: Type.Optional(Type.Object({ version: Type.Integer(), reverts: Type.Boolean(), converts: Type.Boolean() })),
  })),
  left: Type.Optional(Type.Array(Type.String())),
})

/** The host that a component is to run at. */
const to = Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'The host that the new version is to run at; left out, the one that runs the component' }))

/** Asks the service manager of this host and no other; left out, the one that runs the component is asked, or all. */
const host = Type.Optional(Type.String({ minLength: 1, maxLength: 64 }))

/** What the service manager offers: the whole assembly at a glance, and exchange of versions. Never public. */
export const Manager = contract({
  name: 'manager',
  version: '1.0.0',
  operations: {
    list: {
      description: 'The components, with version, health and figures',
      input: Type.Object({ host }),
      output: Type.Object({ assembly: Name, components: Type.Array(ComponentStatus), moved: Type.Optional(Type.Record(Name, Name, { description: 'Components that were moved away from this host, and where to' })) }),
      idempotent: true,
    },
    info: {
      description: 'One component: what it provides and requires, its configuration without secrets, the versions on disk',
      input: Type.Object({ component: Name, host }),
      output: Type.Object({ status: ComponentStatus, config: Type.Unknown(), versions: Type.Array(Version), previous: Type.Optional(Version) }),
      idempotent: true,
    },
    plan: {
      description: 'What a swap would check and do, touching nothing',
      input: Type.Object({ component: Name, version: Type.Optional(Version), to, host }),
      output: SwapPlan,
      idempotent: true,
      permission: 'manage',
      timeout: 60_000,
    },
    swap: {
      description: 'Replaces the running version by another with no failed call',
      input: Type.Object({ component: Name, version: Type.Optional(Version), to, why: Type.Optional(Type.String({ maxLength: 500 })), trial: Type.Optional(TrialRequest), epoch: Type.Optional(Type.Integer({ minimum: 1, description: 'That of the plan it follows; refused where its host is past that' })), host }),
      stream: SwapStep,
      permission: 'manage',
      timeout: 3_600_000,
    },
    rollback: {
      description: 'Goes back to the version before, by a swap',
      input: Type.Object({ component: Name, why: Type.Optional(Type.String({ maxLength: 500 })), host }),
      stream: SwapStep,
      permission: 'manage',
      timeout: 120_000,
    },
    finalize: {
      description: 'Takes away what only other versions of a component than the one that runs needed of others, such as columns; no rollback goes past it',
      input: Type.Object({ component: Name, drop: Type.Optional(Type.Boolean({ description: 'Values may be lost' })), dryRun: Type.Optional(Type.Boolean({ description: 'Tells only what would be done' })), why: Type.Optional(Type.String({ maxLength: 500 })), host }),
      output: Type.Object({ component: Name, version: Version, changes: Type.Array(Type.String()), losses: Type.Array(Type.String()) }),
      permission: 'manage',
      timeout: 3_600_000,
    },
    history: {
      description: 'What was swapped, by whom, why, and how long it took; the newest first',
      input: Type.Object({ component: Type.Optional(Name), limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })), host }),
      output: Type.Array(HistoryEntry),
      idempotent: true,
    },
    callers: {
      description: 'Who requires some contracts at this host, for another host that plans a swap',
      input: Type.Object({ contracts: Type.Array(Name, { maxItems: 256 }) }),
      output: Type.Array(Caller),
      idempotent: true,
    },
    arrive: {
      description: 'Prepares this host for a component that another host is to give to it',
      input: Type.Object({ component: Name, version: Version, from: Name, running: Version, epoch: Type.Integer({ description: 'Of the host that gives it' }), who: Type.String(), why: Type.String({ maxLength: 500 }) }),
      output: Type.Object({ arrival: Type.String(), version: Version, isolation: Type.String() }),
      permission: 'manage',
    },
    proceed: {
      description: 'Takes a component that arrives one step further, or lets go of it',
      input: Type.Object({ arrival: Type.String(), step: Type.Enum(['load', 'start', 'take', 'activate', 'deactivate', 'commit', 'leave']), portion: Type.Optional(Type.String({ description: 'Of the state, to take' })), version: Type.Optional(Type.Integer({ description: 'Of the state that the portion is told in' })) }),
      output: ArrivalStep,
      permission: 'manage',
    },
    gaveAway: {
      description: 'Whether a component was given away in an epoch of this host, for the host that was to get it',
      input: Type.Object({ component: Name, epoch: Type.Integer() }),
      output: Type.Enum(['yes', 'no', 'open']),
      idempotent: true,
    },
  },
  events: {
    changed: { description: 'A component came, went, or changed its health', payload: Type.Object({ component: Name, version: Version, state: Type.String() }) },
  },
})
