import { messageOf, type Commands } from '@caruso/contract'
import type { Command } from 'commander'
import { pathToFileURL } from 'node:url'
import { findAssembly } from './assembly-folder.ts'
import { shippingIn } from './shipping.ts'
import { addCommand } from './typed-command.ts'

/**
 * Adds the commands that plugins ship, where the one that was typed is not known yet: first those that come with
 * `caruso` itself, then those of the assembly's plugins. Resolves to what is in the way of finding it, in words.
 */
export async function addPluginCommands(caruso: Command, typed: readonly string[]): Promise<readonly string[]> {
  const [name = 'help'] = caruso.parseOptions([...typed]).operands
  const isFound = (): boolean => name !== 'help' && caruso.commands.some((command) => command.name() === name)
  if (!isFound()) await addShippedCommands(caruso)
  if (isFound()) return []
  const folder = findAssembly(caruso.opts<{ assembly?: string }>().assembly)
  const problems = folder === undefined ? [] : await addAssemblyCommands(caruso, folder)
  return isFound() ? [] : problems
}

/** Adds the commands of the plugins that come with `caruso` and need no assembly. */
export async function addShippedCommands(caruso: Command): Promise<Command> {
  add(caruso, '@caruso/workbench', (await import('@caruso/workbench/cli')).default)
  add(caruso, '@caruso/backup', (await import('@caruso/backup/cli')).default)
  return caruso
}

async function addAssemblyCommands(caruso: Command, folder: string): Promise<string[]> {
  const { shipping, problems } = await shippingIn(folder)
  const failures: string[] = []
  for (const { plugin, file } of shipping) {
    try {
      const module: { readonly default?: unknown } = await import(pathToFileURL(file).href)
      if (!isCommands(module.default)) throw new TypeError('expected its default export to come from defineCommands()')
      add(caruso, plugin, module.default)
    } catch (error) {
      failures.push(`Loaded the commands of plugin "${plugin}" from "${file}": ${messageOf(error)}`)
    }
  }
  return [...problems, ...failures]
}

function add(caruso: Command, plugin: string, commands: Commands): void {
  for (const [name, command] of Object.entries(commands)) {
    if (caruso.commands.some((known) => known.name() === name)) throw new TypeError(`there is a command "${name}" already`)
    addCommand(caruso, name, command).helpGroup(`Commands of ${plugin}:`)
  }
}

function isCommands(value: unknown): value is Commands {
  return isObject(value) && Object.values(value).every((command) => isObject(command) && typeof command['description'] === 'string' && isObject(command['input']) && typeof command['run'] === 'function')
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
