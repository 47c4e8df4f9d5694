import { checkOf, type Command } from '@caruso/contract'
import { Argument, InvalidArgumentError, Option, type Command as Commander } from 'commander'
import { commandContext } from './command-context.ts'
import { CliError } from './errors.ts'

/** What the schema of one key says, as far as a command line can be made of it. */
interface Key {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly default?: unknown
  readonly description?: string
}

/** Makes a plugin's command one of `caruso`: what its input says becomes arguments and options, help and checks. */
export function addCommand(caruso: Commander, name: string, command: Command): Commander {
  const { description, example, input, arguments: places = [] } = command
  const made = caruso.command(name).description(description).addHelpText('after', `\nExample:\n  ${example}`)
  const keys: Readonly<Record<string, Key>> = input.properties
  const isRequired = (key: string): boolean => input.required?.includes(key) === true && keys[key]?.default === undefined
  for (const place of places) made.addArgument(said(new Argument(isRequired(place) ? `<${place}>` : `[${place}]`, keys[place]?.description), keys[place]))
  for (const [key, schema] of Object.entries(keys)) {
    if (!places.includes(key)) made.addOption(said(new Option(flagOf(key, schema), schema.description).makeOptionMandatory(isRequired(key)), schema))
  }
  return made.action(async () => {
    const { assembly, json = false } = caruso.opts<{ assembly?: string; json?: boolean }>()
    const placed = places.map((place, index) => [place, made.processedArgs[index]]).filter(([, value]) => value !== undefined)
    const typed = { ...Object.fromEntries(placed), ...made.opts() }
    if (!checkOf(input).accepts(typed)) throw new CliError('USAGE', `Ran "caruso ${name}": ${checkOf(input).explain(typed)}`)
    await command.run(typed, commandContext(assembly, json))
  })
}

function flagOf(key: string, { type }: Key): string {
  const flag = `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  return type === 'boolean' ? flag : `${flag} <${type === 'string' ? key : 'value'}>`
}

function said<Part extends Argument | Option>(part: Part, { type, enum: choices, default: usual }: Key = {}): Part {
  if (usual !== undefined) part.default(usual)
  if (choices !== undefined) part.choices(choices)
  else if (type === 'integer' || type === 'number') part.argParser(numberOf)
  return part
}

function numberOf(text: string): number {
  if (text.trim() === '' || Number.isNaN(Number(text))) throw new InvalidArgumentError('expected a number')
  return Number(text)
}
