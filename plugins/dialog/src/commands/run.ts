import { resolve } from 'node:path'
import type { CommandContext } from '@caruso/contract'
import type { Channel } from '../definition.ts'
import { checkedScript } from './checked-script.ts'
import { DialogError } from '../errors.ts'
import { ownTexts } from '../own-texts.ts'
import { Conversation, type Outcome } from '../run/conversation.ts'
import { Lines } from '../run/lines.ts'
import { fromData, fromPerson, type Finding, type Source } from '../run/outside.ts'
import { commandWords } from '../run/typed-line.ts'
import { namedValues, valuesFile } from '../run/values-file.ts'
import { withObjects } from '../run/with-objects.ts'
import type { Script } from '../script.ts'

/** What is typed after `caruso dialog run`. */
export interface RunInput {
  readonly channel?: Channel | undefined
  readonly lang?: string | undefined
  /** The values of the script's inputs, as JSON. */
  readonly given?: string | undefined
  /** The file that says what lookups and requests find. */
  readonly data?: string | undefined
}

/**
 * `caruso dialog run`: holds the dialog of a file, over the business objects of the assembly.
 *
 * @throws DialogError `USAGE` for what was typed, `SCRIPT_INVALID` where the script has an error
 */
export async function run(file: string | undefined, input: RunInput, context: CommandContext): Promise<void> {
  // To read classes, the folder of the assembly becomes the current one.
  const data = input.data === undefined ? {} : { data: resolve(input.data) }
  const { script } = await checkedScript(file, context)
  await withObjects(context, sayer(context), async (objects) => await runScript(script, { ...input, ...data }, context, objects))
}

/**
 * Holds a dialog in the terminal, or with the lines of a pipe, and tells at its end what became of it. With `--json`
 * the answer is the record of all, and what is said goes to standard error.
 *
 * @param objects what is known beside the data file, before the person is asked
 * @throws DialogError `USAGE` for what was typed
 */
export async function runScript(script: Script, { channel, lang, given = '{}', data }: RunInput, context: Pick<CommandContext, 'terminal'>, objects: Source): Promise<void> {
  const [texts, found] = await Promise.all([ownTexts(), data === undefined ? {} : valuesFile(data)])
  const conversation = new Conversation(script, {
    given: namedValues(given, '--given'),
    channel: offered(channel, script.channels, 'channel'),
    language: offered(lang, script.languages, 'language'),
    texts,
    now: () => new Date().toISOString(),
  })
  const say = sayer(context)
  if (process.stdin.isTTY) say(`Commands: ${commandWords}`)
  await hold(conversation, [fromData(found), objects], say)
  const { outcome } = conversation
  context.terminal.answer(outcome, () => summary(outcome).join('\n'))
}

function sayer({ terminal }: Pick<CommandContext, 'terminal'>): (text: string) => void {
  return (text) => void (terminal.json ? process.stderr : process.stdout).write(`${text}\n`)
}

async function hold(conversation: Conversation, known: readonly Source[], say: (text: string) => void): Promise<void> {
  const lines = new Lines()
  const sources = [...known, fromPerson(async (prompt) => await lines.next(prompt), say)]
  try {
    while (!conversation.isOver) {
      const { lookout } = conversation
      if (lookout === undefined) conversation.shown().forEach(say)
      const line = lookout === undefined ? await lines.next('> ') : undefined
      if (lookout === undefined && line === undefined) return
      const told = lookout === undefined ? conversation.take(line ?? '') : conversation.found(await firstOf(sources, lookout))
      told.forEach(say)
    }
    if (conversation.view.status === 'ended') conversation.shown().forEach(say)
  } finally {
    lines.close()
  }
}

async function firstOf(sources: readonly Source[], lookout: Parameters<Source>[0]): Promise<Finding> {
  for (const source of sources) {
    const found = await source(lookout)
    if (found !== undefined) return found
  }
  return { value: null }
}

function summary({ outcome, status, handOver, answers, sensitive, actions }: Outcome): readonly string[] {
  const named = (title: string, lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)])
  return [
    '',
    `Outcome: ${outcome ?? status}${handOver === undefined ? '' : `, handed over to ${handOver}`}`,
    ...named('Answers', Object.entries(answers).map(([name, value]) => `${name} = ${sensitive.includes(name) ? '•••' : JSON.stringify(value)}`)),
    ...named('Actions', actions.map(({ action, args }) => `${action} ${JSON.stringify(args)}`)),
  ]
}

/** What was asked for, if the script has it; its first without. */
function offered<T extends string>(wanted: string | undefined, has: readonly T[], what: string): T {
  const found = wanted === undefined ? has[0] : has.find((one) => one === wanted)
  if (found === undefined) throw new DialogError('USAGE', `Began the dialog in the ${what} "${wanted ?? ''}": the script has ${has.join(', ')}`)
  return found
}
