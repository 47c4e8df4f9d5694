import { codeOf, messageOf, type Client } from '@caruso/contract'
import storagePlugin from '@caruso/storage'
import type { Storage } from '@caruso/storage/contract'
import { testPlugin } from '@caruso/testing'
import { join } from 'node:path'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { freshDatabase } from '../../../test/databases.ts'
import { Random } from '../../../test/random.ts'
import { randomCommit } from './fuzz/changes.ts'
import { callOf, openWith, policyOf, randomPolicies, statementsFor, stepsOf, worldIn, type Database, type Opened } from './fuzz/modeler-under-test.ts'
import { Oracle, type Caller, type PolicyTrees } from './fuzz/oracle.ts'
import { expected, expectedGroups, figuresHidden, groupText, namesHidden, randomFigures, randomQuery, shapeOf, whereOf, type Figures, type Query } from './fuzz/request.ts'
import { classNames, identities, permissions, randomWorld, shapes, type World } from './fuzz/world.ts'
import { temporaryFolder } from './harness.ts'

/** More are asked for by the environment: `CARUSO_FUZZ=100000`. */
const requests = Number(process.env['CARUSO_FUZZ'] ?? 0)
const firstSeed = Number(process.env['CARUSO_SEED'] ?? 1)
const perWorld = 60

interface Ground {
  readonly storage: Client<typeof Storage>
  call(): ReturnType<Awaited<ReturnType<typeof testPlugin>>['call']>
}

async function groundOf(database: Database): Promise<Ground> {
  const config = database === 'sqlite' ? { kind: 'sqlite' as const, file: join(temporaryFolder(), 'data.db') } : await freshDatabase(database)
  const kit = await testPlugin(storagePlugin, { config: { sources: { data: config } } })
  onTestFinished(() => kit.close())
  const call = (): ReturnType<typeof kit.call> => kit.call({ permissions: ['storage.sql'], timeout: 600_000 })
  const { storage } = kit.clients
  for (const sql of statementsFor(database)) await storage.sql({ source: 'data', sql, write: true }, call())
  return { storage, call }
}

/** One world under one set of policies, asked by many callers. */
class Round {
  readonly #random: Random
  readonly #ground: Ground
  readonly #policies: PolicyTrees
  readonly #world: World
  /** Whether the classes lie in several tables each. */
  readonly #several: boolean
  readonly #opened: Opened

  constructor(seed: number, ground: Ground) {
    this.#random = new Random(seed)
    this.#ground = ground
    this.#world = randomWorld(this.#random)
    this.#policies = randomPolicies(this.#random)
    this.#several = this.#random.chance(0.5)
    this.#opened = openWith(this.#policies, ground.storage, this.#several)
  }

  async run(times: number): Promise<void> {
    await this.#load(this.#world)
    for (let index = 0; index < times; index++) await (this.#random.chance(0.75) ? this.#query() : this.#figures())
  }

  async commits(times: number): Promise<void> {
    await this.#load(this.#world)
    for (let index = 0; index < times; index++) await this.#commit()
  }

  /** A commit is made whole, where its policies allow it, or not at all. */
  async #commit(): Promise<void> {
    const caller = this.#caller()
    const oracle = new Oracle(this.#world, this.#policies, caller)
    const { changes, after, now, later } = randomCommit(this.#random, oracle)
    if (changes.length === 0) return
    const afterwards = oracle.of(after)
    const isAllowed = now.every(Boolean) && later.every((holds) => holds(afterwards))
    const answer = await told(async () => (await this.#opened.writer.commit({ changes }, callOf(this.#ground.call(), caller))).length)
    if (isAllowed) expect(answer, this.#story(caller, changes)).toBe(changes.length)
    else expect(String(answer), this.#story(caller, changes)).toMatch(/^(NOT_ALLOWED|CONFLICT|REFERENCE_BROKEN|ATTRIBUTE_HIDDEN)/)
    const found = await worldIn(this.#ground.storage, this.#ground.call(), this.#several)
    expect(found, this.#story(caller, changes)).toEqual(sorted(isAllowed ? after : this.#world))
    if (isAllowed) await this.#load(this.#world)
  }

  async #load(world: World): Promise<void> {
    await this.#ground.storage.transact({ source: 'data', steps: stepsOf(world, this.#several) }, this.#ground.call())
  }

  #caller(): Caller {
    return { identity: this.#random.of(identities), permissions: permissions.filter(() => this.#random.chance(0.4)) }
  }

  async #query(): Promise<void> {
    const [caller, query] = [this.#caller(), randomQuery(this.#random)]
    const oracle = new Oracle(this.#world, this.#policies, caller)
    const answer = namesHidden(oracle, query) ? 'ATTRIBUTE_HIDDEN' : expected(oracle, query)
    const limit = this.#random.chance(0.5) ? this.#random.within(1, 3) : undefined
    await this.#compare(() => this.#find(query, limit, caller), answer, caller, query)
    if (this.#random.chance(0.2)) await this.#unmoved(oracle, query, caller)
    const [first] = this.#world.objects[query.name]
    if (first === undefined || query.where !== undefined || query.order.length > 0) return
    const single = answer === 'ATTRIBUTE_HIDDEN' ? answer : (expected(oracle, query, oracle.seen(query.name).filter((thing) => thing === first))[0] ?? null)
    const { where: _where, order: _order, ...shape } = shapeOf(query)
    await this.#compare(async () => (await this.#opened.reader.get({ class: query.name, key: { [shapes[query.name].key]: first[shapes[query.name].key] }, ...shape }, callOf(this.#ground.call(), caller))).object, single, caller, query)
  }

  /** What the modeler answers stays the same to the letter while an object that the caller does not see changes. */
  async #unmoved(oracle: Oracle, query: Query, caller: Caller): Promise<void> {
    const name = this.#random.of(classNames)
    const hidden = this.#world.objects[name].filter((thing) => !oracle.may(name, thing, 'read'))
    const [victim] = hidden[0] === undefined ? [] : [this.#random.of([hidden[0], ...hidden])]
    if (victim === undefined) return
    const other = randomWorld(this.#random).objects[name][0]
    const changed = { ...other, [shapes[name].key]: victim[shapes[name].key] ?? null }
    const world: World = { ...this.#world, objects: { ...this.#world.objects, [name]: this.#world.objects[name].map((thing) => (thing === victim ? changed : thing)) } }
    const after = oracle.of(world)
    const seen = (one: Oracle): string => JSON.stringify(classNames.map((each) => one.seen(each)))
    if (seen(oracle) !== seen(after)) return
    const before = JSON.stringify(await told(() => this.#find(query, 2, caller)))
    await this.#load(world)
    const then = JSON.stringify(await told(() => this.#find(query, 2, caller)))
    await this.#load(this.#world)
    expect(then, this.#story(caller, query)).toBe(before)
  }

  async #figures(): Promise<void> {
    const [caller, figures] = [this.#caller(), randomFigures(this.#random)]
    const oracle = new Oracle(this.#world, this.#policies, caller)
    const answer = figuresHidden(oracle, figures) ? 'ATTRIBUTE_HIDDEN' : expectedGroups(oracle, figures)
    await this.#compare(() => this.#aggregate(figures, caller), answer, caller, figures)
  }

  /** All pages. */
  async #find(query: Query, limit: number | undefined, caller: Caller): Promise<unknown[]> {
    const found: unknown[] = []
    let after: string | undefined
    do {
      const page = await this.#opened.reader.find({ class: query.name, ...shapeOf(query), ...(limit === undefined ? {} : { limit }), ...(after === undefined ? {} : { after }) }, callOf(this.#ground.call(), caller))
      found.push(...page.objects)
      after = page.next ?? undefined
    } while (after !== undefined)
    return found
  }

  async #aggregate({ name, where, group, figures }: Figures, caller: Caller): Promise<string[]> {
    const asked = Object.fromEntries(Object.entries(figures).map(([as, { fn, steps, distinct }]) => [as, { fn, ...(steps === undefined ? {} : { attribute: steps.join('.') }), ...(distinct === undefined ? {} : { distinct }) }]))
    const { groups } = await this.#opened.reader.aggregate({ class: name, figures: asked, ...(where === undefined ? {} : { where: whereOf(where) }), group: group.map((steps) => steps.join('.')) }, callOf(this.#ground.call(), caller))
    return groups.map((one) => groupText(one, figures)).toSorted()
  }

  async #compare(ask: () => Promise<unknown>, answer: unknown, caller: Caller, asked: object): Promise<void> {
    expect(await told(ask), this.#story(caller, asked)).toEqual(answer)
  }

  #story(caller: Caller, asked: object): string {
    const policies = classNames.flatMap((name) => (this.#policies[name] === undefined ? [] : [policyOf(name, this.#policies[name])]))
    return JSON.stringify({ caller, several: this.#several, asked: 'related' in asked ? shapeOf(asked as Query) : asked, policies, world: this.#world })
  }
}

/** The answer, or the code of the failure; with its words where it is not the one that is expected. */
async function told(ask: () => Promise<unknown>): Promise<unknown> {
  try {
    return await ask()
  } catch (error) {
    return codeOf(error) === 'ATTRIBUTE_HIDDEN' ? 'ATTRIBUTE_HIDDEN' : `${codeOf(error)}: ${messageOf(error)}`
  }
}

function sorted({ objects, links }: World): World {
  const byText = <T>(list: readonly T[]): T[] => list.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  return { objects: Object.fromEntries(classNames.map((name) => [name, byText(objects[name].map((thing) => Object.fromEntries(Object.keys(shapes[name].attributes).map((attribute) => [attribute, thing[attribute] ?? null]))))])) as World['objects'], links: byText(links) }
}

describe.each<[Database, number]>([['sqlite', 600], ['pg', 120], ['mysql', 120]])('under random policies, on %s', (database, few) => {
  const missing = database === 'mysql' && inject('mysql') === undefined
  const timeout = requests === 0 ? 60_000 : 3_600_000

  test.skipIf(missing)('commits do what policies allow, and nothing else', { timeout }, () => rounds(database, requests === 0 ? few / 5 : requests * (few / 6_000), (round) => round.commits(perWorld)))

  test.skipIf(missing)('nothing that a caller may not see has an influence on any answer', { timeout }, () => rounds(database, requests === 0 ? few : requests * (few / 600), (round) => round.run(perWorld)))
})

/** So many requests in worlds of their own; a failure names the seed of its world. */
async function rounds(database: Database, wanted: number, run: (round: Round) => Promise<void>): Promise<void> {
  const ground = await groundOf(database)
  for (let seed = firstSeed; (seed - firstSeed) * perWorld < wanted; seed++) {
    try {
      await run(new Round(seed, ground))
    } catch (error) {
      throw new Error(`Seed ${seed}: ${messageOf(error)}`, { cause: error })
    }
  }
}
