import type { Call, Client, InputOf } from '@caruso/contract'
import type { Preparation } from '@caruso/kernel'
import type { Storage } from '@caruso/storage/contract'
import { declarationOf } from '../declaration.ts'
import { ModelerError } from '../errors.ts'
import { type Done, applyModel } from '../migrate/apply-model.ts'
import { ModelJournal } from '../migrate/journal.ts'
import { ModelSource, type Part } from '../migrate/model-source.ts'
import type { Model } from '../model.ts'
import { eachOnce, type Form } from './form.ts'
import { mergedForms } from './merged-forms.ts'

type Asked = InputOf<(typeof Preparation)['operations']['prepare']>

/** What was done, or would be, and what is lost by it, in words. */
interface Told {
  readonly changes: readonly string[]
  readonly losses: readonly string[]
}

/** What the modeler works with. */
interface Surroundings {
  readonly model: Model
  readonly storage: Client<typeof Storage>
  /** The data source of classes whose mapping names none. */
  readonly source: string
  /** A call of the modeler's own. */
  readonly call: () => Call
}

/**
 * The classes of components, as their versions need them. The tables have what all versions need that may come back;
 * the model says what those need that run.
 */
export class ComponentModels {
  readonly #surroundings: Surroundings
  readonly #running = new Map<string, readonly Form[]>()
  /** One after the other, for each begins with what the one before has left. */
  #work: Promise<unknown> = Promise.resolve()

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings
  }

  /** Whether the classes of a component are known by what it needs. */
  has(component: string): boolean {
    return this.#running.has(component)
  }

  /** @throws ModelerError `FORMS_APART`, `MODEL_INVALID`, `VALUES_LOST`, `CHANGE_REFUSED` */
  async prepare({ step, component, next, beside, run, drop }: Asked): Promise<Told> {
    const forms = [...(beside === undefined ? [] : [formOf(component, beside)]), formOf(component, next)]
    return await this.#inTurn(async () => {
      const known = await this.#known(forms)
      const before = eachOnce([...known, ...forms])
      const after = step === 'grow' ? before : eachOnce([...known.filter((one) => one.component !== component), ...forms])
      const done = await this.#made({ before, after, component, run, drop, growing: step === 'grow' })
      if (run) this.#runs(component, forms)
      return { changes: done.flatMap(({ changes }) => changes), losses: done.flatMap(({ losses }) => losses) }
    })
  }

  #runs(component: string, forms: readonly Form[]): void {
    this.#running.set(component, forms)
    const { model } = this.#surroundings
    model.prepare(mergedForms([...this.#running.values()].flat()))
  }

  async #made({ before, after, component, run, drop, growing }: { readonly before: readonly Form[]; readonly after: readonly Form[]; readonly component: string; readonly run: boolean; readonly drop: boolean; readonly growing: boolean }): Promise<Done[]> {
    const { model, storage, call } = this.#surroundings
    const mine = before.concat(after).filter((form) => form.component === component)
    const names = new Set(mine.flatMap(({ definitions }) => definitions.flatMap((one) => ('class' in one ? one.class : 'extend' in one ? one.extend : []))))
    // What it had and has no more still says which tables are its own.
    const [had, has] = [before, after].map((forms) => model.linkedWith(mergedForms(forms)))
    const { sources } = await storage.sources({}, call())
    const done: Done[] = []
    for (const name of this.#sourcesOf(mine)) {
      const kind = sources.find((source) => source.name === name)?.kind ?? ''
      const part: Part = { names, before: had ?? new Map(), growing, by: `component ${component}` }
      done.push(await applyModel(new ModelSource(name, kind, { classes: has ?? new Map(), forms: after }, { storage, call }, part), drop, run))
    }
    return done
  }

  /** The forms that may come back, as the data sources remember them that these are stored in. */
  async #known(forms: readonly Form[]): Promise<readonly Form[]> {
    const { storage, call } = this.#surroundings
    const found: Form[] = []
    const seen = new Set<string>()
    for (;;) {
      const source = [...this.#sourcesOf([...forms, ...found.filter(({ component }) => forms.some((form) => form.component === component))])].find((name) => !seen.has(name))
      if (source === undefined) return eachOnce(found)
      seen.add(source)
      found.push(...(await ModelJournal.formsIn(storage, source, call)))
    }
  }

  #sourcesOf(forms: readonly Form[]): ReadonlySet<string> {
    const { model, source } = this.#surroundings
    return new Set(forms.flatMap(({ definitions }) => definitions.flatMap((one) => ('value' in one ? [] : [model.mappedSource('class' in one ? one.class : one.extend) ?? source]))))
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#work.then(work)
    this.#work = Promise.allSettled([done])
    return await done
  }
}

function formOf(component: string, { version, needs }: Asked['next']): Form {
  const definitions = typeof needs === 'object' && needs !== null && 'definitions' in needs ? needs.definitions : []
  if (!Array.isArray(definitions)) throw new ModelerError('MODEL_INVALID', `Read what component "${component}" ${version} needs: expected what modelOf() makes, found ${typeof definitions}`)
  const { definitions: read } = declarationOf(definitions, undefined, component)
  return { component, version, definitions: [...read.values()].map(({ value }) => value) }
}
