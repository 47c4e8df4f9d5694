import type { Contract, EventDeclaration, Operation, TSchema } from '@caruso/contract'
import type { DescribedComponent } from './described-component.ts'
import { exampleOf } from './example.ts'
import { fieldsOf, typeOf } from './schema-text.ts'

/** A contract with whoever provides and requires it, and the name of its page. */
export interface DocumentedContract {
  readonly contract: Contract
  readonly page: string
  readonly providers: readonly DescribedComponent[]
  readonly callers: readonly DescribedComponent[]
}

/** The page that leads to the others. */
export function indexPage(title: string, components: readonly DescribedComponent[], contracts: readonly DocumentedContract[]): string {
  const pageOf = (name: string, version: string): string | undefined => (contracts.find(({ contract }) => contract.name === name && contract.version === version) ?? contracts.find(({ contract }) => contract.name === name))?.page
  const linked = (name: string, version: string): string => {
    const page = pageOf(name, version)
    return page === undefined ? `${name} ${version}` : `[${name} ${version}](${page})`
  }
  return text([
    `# Contracts of ${title}`,
    'Written by `caruso docs` from the contracts, and changes with them.',
    table(['component', 'plugin', 'provides', 'requires'], components.map(({ component, plugin, version, provides, requires }) => [
      component,
      `\`${plugin}\` ${version}`,
      provides.map((contract) => linked(contract.name, contract.version)).join(', '),
      requires.map((one) => `${linked(one.name, one.version)}${one.optional ? ' (optional)' : ''}`).join(', '),
    ])),
  ])
}

/** Everything that is known of a contract. */
export function contractPage({ contract, providers, callers }: DocumentedContract): string {
  const operations = sorted(contract.operations)
  const events = sorted(contract.events)
  return text([
    `# ${contract.name} ${contract.version}`,
    `Provided by ${namesOf(providers)}.${callers.length === 0 ? '' : ` Required by ${namesOf(callers)}.`} [All contracts](README.md)`,
    ...(operations.length === 0 ? [] : ['## Operations', table(['operation', 'what it does', ''], operations.map(([name, operation]) => [`[\`${name}\`](#${name.toLowerCase()})`, operation.description ?? '', traitsOf(operation).join(', ')]))]),
    ...operations.flatMap(([name, operation]) => operationPart(contract, name, operation)),
    ...(events.length === 0 ? [] : ['## Events', ...events.flatMap(([name, event]) => eventPart(name, event))]),
  ])
}

function operationPart({ name: contract }: Contract, name: string, operation: Operation): string[] {
  const input = exampleOf(operation.input, 'required')
  const shell = input === undefined ? [] : [fenced('sh', `caruso call ${contract}.${name} '${JSON.stringify(input.value).replaceAll("'", String.raw`'\''`)}'`)]
  return [
    `### ${name}`,
    ...(operation.description === undefined ? [] : [operation.description]),
    ...shapePart('Input', operation.input),
    ...shell,
    ...(operation.stream === undefined ? shapePart('Output', operation.output ?? {}) : shapePart('A stream, each item', operation.stream)),
    ...answerPart(operation.output ?? operation.stream ?? {}),
    `Fails with ${failuresOf(operation).join(', ')}, or as the component says.`,
  ]
}

function eventPart(name: string, event: EventDeclaration): string[] {
  return [`### ${name}`, ...(event.description === undefined ? [] : [event.description]), ...(event.public === true ? ['public'] : []), ...shapePart('Payload', event.payload), ...answerPart(event.payload)]
}

function shapePart(title: string, schema: TSchema): string[] {
  const fields = fieldsOf(schema)
  if (fields.length === 0) return [`**${title}**: ${typeOf(schema) === '{}' ? 'no fields' : code(typeOf(schema))}`]
  return [`**${title}**`, table(['field', 'type', ''], fields.map(({ path, type, words }) => [code(path), code(type), words]))]
}

function answerPart(schema: TSchema): string[] {
  const answer = exampleOf(schema, 'all')
  return answer === undefined ? [] : [fenced('json', JSON.stringify(answer.value, undefined, 2))]
}

function traitsOf({ idempotent, public: isPublic, permission, stream, timeout }: Operation): string[] {
  return [
    ...(stream === undefined ? [] : ['stream']),
    ...(idempotent === true ? ['idempotent'] : []),
    ...(isPublic === true ? ['public'] : []),
    ...(permission === undefined ? [] : [`needs \`${permission}\``]),
    ...(timeout === undefined ? [] : [`at most ${timeout} ms`]),
  ]
}

function failuresOf({ permission, idempotent }: Operation): string[] {
  return ['`INVALID_INPUT`', ...(permission === undefined ? [] : ['`FORBIDDEN`']), '`DEADLINE_EXCEEDED`', '`NO_PROVIDER`', ...(idempotent === true ? [] : ['`PROVIDER_LOST`'])]
}

function namesOf(components: readonly DescribedComponent[]): string {
  return components.map(({ component }) => component).join(', ')
}

function sorted<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1))
}

function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  return [heading, heading.map(() => '---'), ...rows.map((row) => row.map((cell) => cell.replaceAll('\n', ' ').replaceAll('|', '\\|')))].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

function code(words: string): string {
  return `\`${words}\``
}

function fenced(language: string, content: string): string {
  return `\`\`\`${language}\n${content}\n\`\`\``
}

function text(parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`
}
