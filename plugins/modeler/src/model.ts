import { type Call, type Client, didYouMean, messageOf } from '@caruso/contract'
import { check, filter, type Term } from '@caruso/expression'
import type { Storage } from '@caruso/storage/contract'
import { LRUCache } from 'lru-cache'
import { isDeepStrictEqual } from 'node:util'
import type { BusinessClass } from './business-class.ts'
import type { Classes } from './classes.ts'
import type { Computed } from './computed.ts'
import type { Written } from './draft.ts'
import { ModelError, ModelerError } from './errors.ts'
import { expressionClasses, schemaOf } from './expression-schema.ts'
import { linkModel, type LinkOptions } from './link-model.ts'
import { linkComputed, type ComputedByClass } from './link-computed.ts'
import { linkPolicies } from './link-policies.ts'
import { linkRules } from './link-rules.ts'
import type { MappingDefinition } from './mapping-schema.ts'
import type { ModelFiles } from './model-folder.ts'
import type { ModelDefinition } from './model-schema.ts'
import type { Policy, PolicyCaller } from './policy.ts'
import type { PolicyDefinition, TopicPolicyDefinition } from './policy-schema.ts'
import type { Rule } from './rule.ts'
import { Sights } from './sights.ts'
import { problemsOf } from './table-problems.ts'
import { linkTopics, type TopicPolicies } from './topic-policies.ts'

/** What components have declared, by what each part describes, and where classes are stored unless the assembly's files say so. */
export interface Declarations {
  readonly definitions: ReadonlyMap<string, Written<ModelDefinition>>
  readonly mappings: ReadonlyMap<string, Written<MappingDefinition>>
}

const rememberedConditions = 500
/** So many characters of one an error repeats. */
const shownCondition = 300

/** What files and declarations come to together. */
interface Linked {
  readonly classes: ReadonlyMap<string, BusinessClass>
  readonly policies: ReadonlyMap<string, Policy>
  readonly topics: TopicPolicies
  readonly rules: ReadonlyMap<string, readonly Rule[]>
  readonly computed: ComputedByClass
}

const none: ReadonlyMap<string, Computed> = new Map()

/** The classes there are. A class is looked for in its database before it is first used, and once more after it failed. */
export class Model implements Classes {
  #files: ModelFiles
  /** The last policy of each class, also where its file is gone: files that are being exchanged must not open a class. */
  readonly #policies = new Map<string, Written<PolicyDefinition>>()
  readonly #topics = new Map<string, Written<TopicPolicyDefinition>>()
  readonly #options: LinkOptions
  readonly #storage: Client<typeof Storage>
  #declared: Declarations = { definitions: new Map(), mappings: new Map() }
  /** What components need, as long as they run. */
  #prepared: Declarations['definitions'] = new Map()
  readonly #checked = new WeakSet<BusinessClass>()
  readonly #unusable = new Map<string, string>()
  #sights: Sights
  #linked: Linked
  #forms = 0
  #expressions: ReturnType<typeof expressionClasses> | undefined
  readonly #conditions = new LRUCache<string, Term, () => Term>({ max: rememberedConditions, memoMethod: (_key, _stale, { context: make }) => make() })

  /** @throws ModelError with every mistake of the files */
  constructor(files: ModelFiles, options: LinkOptions, storage: Client<typeof Storage>) {
    this.#files = files
    this.#options = options
    this.#storage = storage
    this.#linked = this.#link(files, this.#declared)
    this.#sights = new Sights(this, this.#linked.policies)
  }

  get id(): string {
    return String(this.#forms)
  }

  get classes(): Iterable<BusinessClass> {
    return this.#linked.classes.values()
  }

  /** Why a class cannot be used, as far as was seen. */
  unusable(name: string): string | undefined {
    return this.#unusable.get(name)
  }

  /**
   * Takes in what a component declares, in place of what was declared before of the same.
   *
   * @throws ModelError with every mistake; then nothing has changed
   */
  declare({ definitions, mappings }: Declarations): void {
    // Clients declare again whenever a request fails; only what is new costs other classes their plans.
    if (isAmong(definitions, this.#declared.definitions) && isAmong(mappings, this.#declared.mappings)) return
    const declared = { definitions: new Map([...this.#declared.definitions, ...definitions]), mappings: new Map([...this.#declared.mappings, ...mappings]) }
    this.#adopt(this.#files, declared)
  }

  /**
   * Takes in the classes that components need, in place of those before and of what was declared of the same.
   *
   * @throws ModelError with every mistake; then nothing has changed
   */
  prepare(definitions: Declarations['definitions']): void {
    if (definitions.size === this.#prepared.size && isAmong(definitions, this.#prepared)) return
    const before = this.#prepared
    this.#prepared = definitions
    try {
      this.#adopt(this.#files, this.#declared)
    } catch (error) {
      this.#prepared = before
      throw error
    }
  }

  /** The classes as they would be with what components need, in place of what they have declared of the same. */
  linkedWith(definitions: Declarations['definitions']): ReadonlyMap<string, BusinessClass> {
    return this.#link(this.#files, this.#declared, definitions).classes
  }

  /** The data source that the files say of a class. */
  mappedSource(name: string): string | undefined {
    return this.#files.mappings.find(({ value }) => value.class === name)?.value.source
  }

  /**
   * Takes in other files in place of those before; false where they say the same. A policy that is in none of them any
   * more holds on as long as this model.
   *
   * @throws ModelError with every mistake; then nothing has changed
   */
  replace(files: ModelFiles): boolean {
    if (isDeepStrictEqual(saidBy(files), saidBy(this.#files))) return false
    this.#adopt(files, this.#declared)
    return true
  }

  /** The classes and topics whose policy is in no file any more, and holds on. */
  get lasting(): string[] {
    return [...this.#last(this.#files, this.#linked.classes).map(({ value }) => value.class), ...this.#lastTopics(this.#files).map(({ value }) => value.topic)]
  }

  /** @throws ModelerError `CLASS_UNKNOWN` */
  get(name: string): BusinessClass {
    const found = this.#linked.classes.get(name)
    if (found) return found
    throw new ModelerError('CLASS_UNKNOWN', `Looked up class ${JSON.stringify(name)}: there is none${didYouMean(name, this.#linked.classes.keys())}`)
  }

  rules(one: BusinessClass): readonly Rule[] {
    return this.#linked.rules.get(one.name) ?? []
  }

  computed(one: BusinessClass): ReadonlyMap<string, Computed> {
    return this.#linked.computed.get(one.name) ?? none
  }

  /** To the modeler itself everything is open. */
  sight(): undefined {
    return undefined
  }

  /** The classes as their policies let a caller see them. */
  seenBy(caller: PolicyCaller): Classes {
    return this.#sights.of(caller)
  }

  /** What conditions may name of each class. */
  get names(): ReturnType<typeof expressionClasses> {
    return (this.#expressions ??= expressionClasses(this.#linked.classes.values(), this.#linked.computed))
  }

  /** Who may consume and emit durable events. */
  get topics(): TopicPolicies {
    return this.#linked.topics
  }

  condition(one: BusinessClass, source: string): Term {
    const schema = schemaOf(one, this.names)
    try {
      return this.#conditions.memo(`${one.name} ${source}`, { context: () => filter(check(source, schema, 'boolean')) })
    } catch (error) {
      throw new ModelerError('REQUEST_INVALID', `Read the condition ${JSON.stringify(source.length > shownCondition ? `${source.slice(0, shownCondition)}…` : source)} over class "${one.name}": ${messageOf(error)}`, { cause: error })
    }
  }

  /** Whether its tables and columns were seen to be there. */
  isChecked(one: BusinessClass): boolean {
    return this.#checked.has(one)
  }

  /** @throws ModelerError `CLASS_UNUSABLE` naming every column that is not there */
  async check(one: BusinessClass, call: Call): Promise<void> {
    if (this.#checked.has(one)) return
    const problems = await problemsOf(one, this.#storage, call)
    if (problems.length > 0) {
      const found = problems.join('; ')
      this.#unusable.set(one.name, found)
      throw new ModelerError('CLASS_UNUSABLE', `Used class "${one.name}": ${found}`)
    }
    this.#unusable.delete(one.name)
    this.#checked.add(one)
  }

  #adopt(files: ModelFiles, declared: Declarations): void {
    const linked = this.#link(files, declared)
    this.#linked = linked
    this.#forms++
    this.#sights = new Sights(this, linked.policies)
    this.#files = files
    this.#declared = declared
    this.#expressions = undefined
    this.#conditions.clear()
    for (const name of this.#unusable.keys()) if (!linked.classes.has(name)) this.#unusable.delete(name)
  }

  #link(files: ModelFiles, declared: Declarations, prepared = this.#prepared): Linked {
    const { definitions, mappings, policies: written } = files
    const mapped = new Set(mappings.map(({ value }) => value.class))
    const defaults = [...declared.mappings.values()].filter(({ value }) => !mapped.has(value.class))
    const fromCode = [...new Map([...declared.definitions, ...prepared]).values()]
    const { classes, mistakes } = linkModel([...definitions, ...fromCode], [...mappings, ...defaults], { source: this.#options.source, declared: [...this.#options.declared, ...fromCode.flatMap(relatedTo)] })
    if (mistakes.length > 0) throw new ModelError(mistakes)
    const said = [...definitions, ...fromCode]
    const { computed, mistakes: wrong } = linkComputed(said, classes)
    if (wrong.length > 0) throw new ModelError(wrong)
    const linked = linkPolicies([...written, ...this.#last(files, classes)], classes, computed, this.#options.declared)
    const { topics, mistakes: closed } = linkTopics([...files.topics, ...this.#lastTopics(files)])
    const ruled = linkRules(said, classes, computed)
    if (linked.mistakes.length + closed.length + ruled.mistakes.length > 0) throw new ModelError([...linked.mistakes, ...closed, ...ruled.mistakes])
    for (const policy of written) this.#policies.set(policy.value.class, policy)
    for (const policy of files.topics) this.#topics.set(policy.value.topic, policy)
    return { classes, policies: linked.policies, topics, rules: ruled.rules, computed }
  }

  #lastTopics({ topics }: ModelFiles): Written<TopicPolicyDefinition>[] {
    const said = new Set(topics.map(({ value }) => value.topic))
    return [...this.#topics.values()].filter(({ value }) => !said.has(value.topic))
  }

  /** Policies of classes that are there, of which the files say nothing any more. */
  #last({ policies }: ModelFiles, classes: ReadonlyMap<string, BusinessClass>): Written<PolicyDefinition>[] {
    const said = new Set(policies.map(({ value }) => value.class))
    return [...this.#policies.values()].filter(({ value }) => classes.has(value.class) && !said.has(value.class))
  }
}

/** What files say, wherever in them. */
function saidBy({ definitions, mappings, policies, topics }: ModelFiles): readonly unknown[] {
  return [definitions, mappings, policies, topics].map((written: readonly Written<unknown>[]) => written.map(({ value }) => value))
}

function isAmong<T>(news: ReadonlyMap<string, Written<T>>, known: ReadonlyMap<string, Written<T>>): boolean {
  return [...news].every(([title, { value }]) => isDeepStrictEqual(value, known.get(title)?.value))
}

/** Components declare one class after the other, so a relation comes with the class that it leads to. */
function relatedTo({ value }: Written<ModelDefinition>): string[] {
  return 'relations' in value ? Object.values(value.relations ?? {}).map((relation) => ('many' in relation ? relation.many : relation.one)) : []
}
