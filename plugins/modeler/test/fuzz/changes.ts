import type { Random } from '../../../../test/random.ts'
import type { Change } from '../../src/contract.ts'
import type { Oracle } from './oracle.ts'
import { classNames, shapes, texts, type ClassName, type Thing, type World } from './world.ts'

/** Changes of one commit, whether they should be allowed, and the world after them. */
export interface Commit {
  readonly changes: readonly Change[]
  readonly after: World
  /** Everything that must hold; `later` is asked of an oracle of the world afterwards. */
  readonly now: readonly boolean[]
  readonly later: readonly ((oracle: Oracle) => boolean)[]
}

/** Some changes, each of another object, by somebody who knows what there is and not what is allowed. */
export function randomCommit(random: Random, oracle: Oracle): Commit {
  const maker = new CommitMaker(random, oracle)
  for (let count = random.within(1, 3); count > 0; count--) maker.add()
  return maker
}

class CommitMaker implements Commit {
  readonly changes: Change[] = []
  readonly now: boolean[] = []
  readonly later: ((oracle: Oracle) => boolean)[] = []
  readonly #random: Random
  readonly #oracle: Oracle
  readonly #objects: Record<ClassName, Thing[]>
  readonly #touched = new Set<unknown>()
  readonly #created = new Map<string, Thing>()
  #links: World['links']

  constructor(random: Random, oracle: Oracle) {
    this.#random = random
    this.#oracle = oracle
    const { objects, links } = oracle.world
    this.#objects = { ...objects }
    this.#links = links
  }

  get after(): World {
    return { objects: this.#objects, links: this.#links }
  }

  add(): void {
    const random = this.#random
    const name = random.of(classNames)
    const things = this.#oracle.world.objects[name].filter((thing) => !this.#touched.has(thing))
    const [thing] = things[0] === undefined ? [] : [random.of([things[0], ...things])]
    const what = random.next()
    if (what < 0.3) this.#create(name)
    else if (what < 0.4) this.#link()
    else if (thing !== undefined && what < 0.8) this.#update(name, thing)
    else if (thing !== undefined) this.#remove(name, thing)
  }

  #create(name: ClassName): void {
    const { key } = shapes[name]
    const free = name === 'Badge' ? this.#oracle.world.objects.Person.map(({ id }) => id).find((id) => !this.#objects.Badge.some(({ person }) => person === id)) : Math.max(0, ...this.#objects[name].map((thing) => Number(thing[key]))) + 1
    if (free === undefined || free === null) return
    const values = { ...this.#values(name, 0.7), [key]: free }
    const thing: Thing = { ...Object.fromEntries(Object.keys(shapes[name].attributes).map((attribute) => [attribute, null])), ...values }
    this.changes.push({ create: name, values })
    this.#settable(name, values)
    this.#objects[name] = [...this.#objects[name], thing]
    this.#created.set(`${name} ${free}`, thing)
    this.later.push((oracle) => oracle.may(name, thing, 'create'))
  }

  #update(name: ClassName, thing: Thing): void {
    const { key } = shapes[name]
    const set = this.#values(name, 0.4)
    if (Object.keys(set).length === 0) return
    this.#touched.add(thing)
    const changed = { ...thing, ...set }
    this.changes.push({ update: name, key: { [key]: thing[key] }, set, seen: this.#seen(name, thing, Object.keys(set)) })
    this.now.push(this.#oracle.may(name, thing, 'read'), this.#oracle.may(name, thing, 'update'))
    this.#settable(name, set)
    this.#objects[name] = this.#objects[name].map((one) => (one === thing ? changed : one))
    this.later.push((oracle) => oracle.may(name, changed, 'update'))
  }

  #remove(name: ClassName, thing: Thing): void {
    const { key, attributes } = shapes[name]
    const seen = this.#seen(name, thing, Object.keys(attributes).filter((attribute) => !this.#oracle.isHidden(name, attribute)))
    this.#touched.add(thing)
    // Without references of the database, others go on referring to it; what they then hold depends on who asks.
    for (const other of classNames) {
      const references = Object.entries(shapes[other].attributes).flatMap(([attribute, kind]) => (typeof kind === 'object' && kind.to === name ? [attribute] : []))
      for (const one of this.#objects[other]) if (references.some((attribute) => one[attribute] === thing[key])) this.#touched.add(one)
    }
    this.changes.push({ remove: name, key: { [key]: thing[key] }, seen })
    this.now.push(this.#oracle.may(name, thing, 'read'), this.#oracle.may(name, thing, 'remove'))
    this.#objects[name] = this.#objects[name].filter((one) => one !== thing)
  }

  #link(): void {
    const { objects } = this.#oracle.world
    const person = objects.Person[this.#random.within(0, objects.Person.length - 1)]
    const group = objects.Group[this.#random.within(0, objects.Group.length - 1)]
    if (person === undefined || group === undefined || this.#touched.has(person) || this.#touched.has(group)) return
    const isLinked = (one: World['links'][number]): boolean => one.person === person['id'] && one.group === group['id']
    const unlink = this.#links.some(isLinked)
    const [relation, from, to, name] = this.#random.chance(0.5) ? (['groups', person, group, 'Person'] as const) : (['members', group, person, 'Group'] as const)
    const ends = { relation, from: { id: from['id'] }, to: { id: to['id'] } }
    this.changes.push(unlink ? { unlink: name, ...ends } : { link: name, ...ends })
    this.#links = unlink ? this.#links.filter((one) => !isLinked(one)) : [...this.#links, { person: Number(person['id']), group: Number(group['id']) }]
    this.#touched.add(person).add(group)
    const open = (['Person', 'Group'] as const).every((each) => !this.#oracle.isHidden(each, each === 'Person' ? 'groups' : 'members') && !this.#oracle.isFixed(each, each === 'Person' ? 'groups' : 'members'))
    this.now.push(open, this.#oracle.may('Person', person, 'read'), this.#oracle.may('Person', person, 'update'), this.#oracle.may('Group', group, 'read'))
  }

  /** What the caller would see after the changes before, or a guess where the object is not seen. */
  #seen(name: ClassName, thing: Thing, attributes: readonly string[]): Record<string, unknown> {
    const oracle = this.#oracle.of(this.after)
    return Object.fromEntries(attributes.map((attribute) => [attribute, oracle.value(name, thing, attribute, false)]))
  }

  #values(name: ClassName, chance: number): Record<string, string | number | null> {
    const random = this.#random
    const { attributes, key } = shapes[name]
    const chosen = Object.entries(attributes).filter(([attribute]) => attribute !== key && random.chance(chance))
    return Object.fromEntries(chosen.map(([attribute, kind]) => {
      if (random.chance(0.2)) return [attribute, null]
      if (kind === 'text') return [attribute, random.of(texts)]
      if (kind === 'decimal') return [attribute, String(random.within(-3, 6) / 2)]
      if (kind === 'number') return [attribute, random.within(-2, 4)]
      const there = [...this.#oracle.world.objects[kind.to], ...[...this.#created].flatMap(([made, thing]) => (made.startsWith(`${kind.to} `) ? [thing] : []))]
      return [attribute, there[random.within(0, there.length - 1)]?.[shapes[kind.to].key] ?? null]
    }))
  }

  #settable(name: ClassName, values: Thing): void {
    for (const [attribute, value] of Object.entries(values)) {
      const kind = shapes[name].attributes[attribute]
      this.now.push(!this.#oracle.isHidden(name, attribute) && !this.#oracle.isFixed(name, attribute))
      if (typeof kind === 'object' && value !== null) this.now.push(this.#created.has(`${kind.to} ${value ?? ''}`) || this.#oracle.seen(kind.to).some((one) => one[shapes[kind.to].key] === value))
    }
  }
}
