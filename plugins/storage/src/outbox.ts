import { codeOf, type Call } from '@caruso/contract'
import { randomUUID } from 'node:crypto'
import type { Cell, DurableEvent, EventStep, HandledStep, PlainStep, Row, Step, StepResult } from './contract.ts'
import type { DataSource } from './data-source.ts'
import { StorageError } from './errors.ts'
import { digestOf } from './keys.ts'
import { cursorsTable, eventsTable, handledTable, outboxTables } from './outbox-tables.ts'

/** Milliseconds for which events are kept that all consumers have acknowledged, and what was handled. */
const eventsKept = 7 * 86_400_000
const handledKept = 30 * 86_400_000
const pruneEvery = 256
/** Milliseconds in which the tables are made. */
const madeWithin = 10_000
/** So many events of other topics are passed over at once. */
const passedOver = 1_000

const cursorTypes = { consumer: 'text', seq: 'integer' } as const
const eventTypes = { seq: 'integer', id: 'uuid', topic: 'text', subject: 'text', payload: 'text', at: 'instant' } as const

/** The durable events of a data source: written with the changes that they report, kept until every consumer has acknowledged them. */
export class Outbox {
  readonly #source: DataSource
  #ready: Promise<void> | undefined
  #acknowledged = 0

  constructor(source: DataSource) {
    this.#source = source
  }

  /**
   * A transaction with events among its steps, or events that were handled.
   *
   * @throws StorageError `PLAN_INVALID` where other steps follow events, `ALREADY_HANDLED`; as `DataSource.transact`
   */
  async transact(steps: readonly Step[], about: string | undefined, call: Call): Promise<readonly StepResult[]> {
    if (!steps.some((step) => 'emit' in step || 'handled' in step)) return await this.#source.transact(steps as readonly PlainStep[], about, call)
    await this.#tables(call)
    const first = steps.findIndex((step) => 'emit' in step)
    const before = first === -1 ? steps : steps.slice(0, first)
    const events = steps.slice(before.length).map((step, index) => eventRow(step, before.length + index))
    // The steps as they are run have an id and a time of their own each time.
    const known = about ?? (call.key === undefined ? undefined : digestOf(steps))
    const plain = before.map((step) => ('handled' in step ? handledStep(step, call) : (step as PlainStep)))
    try {
      if (events.length === 0) return await this.#source.transact(plain, known, call)
      const results = await this.#source.transact([...plain, order, { insert: eventsTable, rows: events, types: eventTypes }], known, call)
      return [...results.slice(0, plain.length), ...events.map(() => ({ affected: 1, keys: [] }))]
    } catch (error) {
      throw alreadyHandled(error, steps, call) ?? error
    }
  }

  /** The next events of a consumer, the oldest first; one that is new begins where it says. */
  async events({ consumer, topics, from, limit = 100 }: { readonly consumer: string; readonly topics: readonly string[]; readonly from: 'begin' | 'now'; readonly limit?: number }, call: Call): Promise<DurableEvent[]> {
    await this.#tables(call)
    const name = nameOf(consumer, call)
    const seq = (await this.#cursor(name, call)) ?? (await this.#begin(name, from, call))
    const last = await this.#extreme('max', eventsTable, call)
    if (last <= seq) return []
    const rows = await this.#source.query({
      source: this.#source.name,
      from: eventsTable,
      columns: Object.entries(eventTypes).map(([column, type]) => ({ column, type })),
      where: { and: [{ column: 'seq', op: '>', value: seq, type: 'integer' }, { column: 'topic', in: [...topics], type: 'text' }] },
      order: [{ column: 'seq' }],
      limit,
    }, call)
    // Nothing up to there is for it: what it does not ask for is neither looked at again nor kept for it.
    if (rows.length === 0 && last - seq >= passedOver) await this.#move(name, last, call)
    return rows.map(toEvent)
  }

  /**
   * A consumer has done with all events up to this one.
   *
   * @throws StorageError `VALUE_INVALID` for one that there is not yet, which it would then never be told of
   */
  async acknowledge({ consumer, seq }: { readonly consumer: string; readonly seq: number }, call: Call): Promise<void> {
    await this.#tables(call)
    const last = await this.#extreme('max', eventsTable, call)
    if (seq > last) throw new StorageError('VALUE_INVALID', `Acknowledged event ${seq} as "${consumer}" of component "${call.caller.component}": the last one is ${last}`)
    await this.#move(nameOf(consumer, call), seq, call)
    if (this.#acknowledged++ % pruneEvery === 0) await this.#prune(call)
  }

  /** Forward only. */
  async #move(name: string, seq: number, call: Call): Promise<void> {
    const where = { and: [{ column: 'consumer', op: '==' as const, value: name, type: 'text' as const }, { column: 'seq', op: '<' as const, value: seq, type: 'integer' as const }] }
    await this.#source.transact([{ update: cursorsTable, set: { seq }, types: cursorTypes, where }], undefined, withoutKey(call))
  }

  async #cursor(name: string, call: Call): Promise<number | undefined> {
    const [row] = await this.#source.query({ source: this.#source.name, from: cursorsTable, columns: [{ column: 'seq', type: 'integer' }], where: { column: 'consumer', op: '==', value: name, type: 'text' } }, call)
    return row && Number(row['seq'])
  }

  async #begin(name: string, from: 'begin' | 'now', call: Call): Promise<number> {
    const seq = from === 'begin' ? 0 : await this.#extreme('max', eventsTable, call)
    await this.#insertOnce(cursorsTable, { consumer: name, seq }, call)
    return (await this.#cursor(name, call)) ?? seq
  }

  async #extreme(fn: 'min' | 'max', table: string, call: Call): Promise<number> {
    const named = table === cursorsTable ? { where: { column: 'consumer', op: '!=' as const, value: '', type: 'text' as const } } : {}
    const [row] = await this.#source.query({ source: this.#source.name, from: table, ...named, aggregates: [{ fn, column: 'seq', type: 'integer', as: 'seq' }] }, call)
    return Number(row?.['seq'] ?? 0)
  }

  async #prune(call: Call): Promise<void> {
    const before = (age: number): string => new Date(Date.now() - age).toISOString()
    const done = await this.#extreme('min', cursorsTable, call)
    // The last one stays: a table without it would begin to count again in SQLite, below what consumers have acknowledged.
    const last = await this.#extreme('max', eventsTable, call)
    await this.#source.transact([
      { remove: eventsTable, where: { and: [{ column: 'seq', op: '<', value: Math.min(done + 1, last), type: 'integer' }, { column: 'at', op: '<', value: before(eventsKept), type: 'instant' }] } },
      { remove: handledTable, where: { column: 'at', op: '<', value: before(handledKept), type: 'instant' } },
    ], undefined, withoutKey(call))
  }

  /** The tables are made when they are first needed. */
  async #tables(call: Call): Promise<void> {
    // Many wait for this, so no single one's call may end it.
    this.#ready ??= this.#make({ ...withoutKey(call), deadline: Date.now() + madeWithin, cancellable: false })
    try {
      await this.#ready
    } catch (error) {
      this.#ready = undefined
      throw error
    }
  }

  async #make(call: Call): Promise<void> {
    for (const change of outboxTables) {
      if (await this.#isThere(change.createTable, call)) continue
      try {
        await this.#source.alter([change], true, call)
      } catch (error) {
        // Of two that make it at once, one is refused.
        if (!(await this.#isThere(change.createTable, call))) throw error
      }
    }
    await this.#insertOnce(cursorsTable, { consumer: '', seq: 0 }, call)
  }

  async #isThere(table: string, call: Call): Promise<boolean> {
    try {
      await this.#source.query({ source: this.#source.name, from: table, limit: 0 }, call)
      return true
    } catch (error) {
      if (codeOf(error) === 'TABLE_UNKNOWN') return false
      throw error
    }
  }

  async #insertOnce(table: string, row: Row, call: Call): Promise<void> {
    try {
      await this.#source.transact([{ insert: table, rows: [row], types: cursorTypes }], undefined, withoutKey(call))
    } catch (error) {
      if (codeOf(error) !== 'UNIQUE_VIOLATION') throw error
    }
  }
}

function toEvent(row: Row): DurableEvent {
  const text = (name: keyof typeof eventTypes): string => {
    const value = row[name] ?? null
    if (typeof value === 'string') return value
    throw new StorageError('VALUE_INVALID', `Read a durable event: its "${name}" holds no text`)
  }
  return { seq: Number(row['seq']), id: text('id'), topic: text('topic'), subject: row['subject'] === null ? null : text('subject'), payload: JSON.parse(text('payload')) as unknown, at: text('at') }
}

/** Whoever adds events waits for those before to be committed, so that numbers are in the order of commits and no reader misses one. */
const order: PlainStep = { update: cursorsTable, set: { seq: 0 }, types: cursorTypes, where: { column: 'consumer', op: '==', value: '', type: 'text' }, expect: 1 }

/** Consumers belong to the component that calls. */
function nameOf(consumer: string, { caller }: Call): string {
  return `${caller.component}/${consumer}`
}

function eventRow(step: Step, index: number): Readonly<Record<string, Cell>> {
  if (!('emit' in step)) throw new StorageError('PLAN_INVALID', `Changed a data source: step ${index} follows an event, which only events may`)
  const { emit, payload, subject = null } = step satisfies EventStep
  return { id: randomUUID(), topic: emit, subject, payload: textOf(payload, index), at: new Date().toISOString() }
}

function textOf(payload: unknown, index: number): string {
  try {
    const text: unknown = JSON.stringify(payload)
    if (typeof text === 'string') return text
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  throw new StorageError('VALUE_INVALID', `Ran step ${index}, an event: expected a payload that is a JSON value and not nested too deeply`, { details: { step: index } })
}

function handledStep({ handled }: HandledStep, call: Call): PlainStep {
  return { insert: handledTable, rows: [{ consumer: nameOf(handled.consumer, call), id: handled.id, at: new Date().toISOString() }], types: { consumer: 'text', id: 'uuid', at: 'instant' } }
}

function alreadyHandled(error: unknown, steps: readonly Step[], { caller }: Call): StorageError | undefined {
  const details = codeOf(error) === 'UNIQUE_VIOLATION' && error instanceof StorageError ? (error.details as { readonly step?: number }) : {}
  const step = steps[details.step ?? -1]
  if (!step || !('handled' in step)) return undefined
  return new StorageError('ALREADY_HANDLED', `Handled event ${step.handled.id} as "${step.handled.consumer}" of component "${caller.component}": it was handled before`, { cause: error, details })
}

/** The key of a call is for its own transaction, and for none of those that are made beside it. */
function withoutKey(call: Call): Call {
  const { deadline, caller, trace, through, cancellable } = call
  return {
    deadline,
    caller,
    trace,
    through,
    cancellable,
    key: undefined,
    nextKey: undefined,
    get signal() {
      return call.signal
    },
  }
}
