import { codeOf, type Call, type Client, type CommandContext } from '@caruso/contract'
import { Objects } from '@caruso/modeler/contract'
import { Lookouts } from '../lookouts.ts'
import type { Source } from './outside.ts'

/** Milliseconds that a lookup may take. */
const timeout = 30_000

/**
 * Works with the business objects of the assembly: those that run, else those of a modeler that is run for it; with
 * nothing where there is no assembly, or none with classes.
 */
export async function withObjects(context: CommandContext, say: (text: string) => void, work: (objects: Source) => Promise<void>): Promise<void> {
  if (context.folder === undefined) return await work(nothing)
  let hasBegun = false
  const begin = async (source: Source): Promise<void> => {
    hasBegun = true
    await work(source)
  }
  try {
    await context.connected(async (live) => await begin(fromObjects(live.client(Objects), () => live.call(timeout, []), say)))
  } catch (error) {
    if (hasBegun || codeOf(error) !== 'NOT_RUNNING') throw error
    await apart(context, say, begin, () => hasBegun)
  }
}

async function apart(context: CommandContext, say: (text: string) => void, begin: (source: Source) => Promise<void>, hasBegun: () => boolean): Promise<void> {
  try {
    await context.alone(Objects, async (objects, call) => await begin(fromObjects(objects, () => call(timeout), say)))
  } catch (error) {
    if (hasBegun() || codeOf(error) !== 'USAGE') throw error
    await begin(nothing)
  }
}

const nothing: Source = () => Promise.resolve(undefined)

/** What the databases know; where that fails, the person is asked. Requests are not made from here, since they may do something. */
function fromObjects(objects: Client<typeof Objects>, call: () => Call, say: (text: string) => void): Source {
  const lookouts = new Lookouts(objects, { current: undefined }, () => ({}), { warn: (about, words) => say(`${words}: ${JSON.stringify(about)}`) })
  return async (lookout) => {
    if (lookout.kind !== 'look') return undefined
    const found = await lookouts.find(lookout, '', call())
    return found.kind === 'found' && found.failed === undefined ? { value: found.value } : undefined
  }
}
