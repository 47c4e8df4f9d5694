import { Command, InvalidArgumentError, Option } from 'commander'
import manifest from '../package.json' with { type: 'json' }
import { assemblyFolder } from './assembly-folder.ts'
import type { HostOptions } from './commands/host.ts'
import type { SwapOptions } from './commands/swap.ts'

/** Every command, with its help. What a command needs is loaded when it runs, so help and errors come at once. */
export function program(): Command {
  const caruso = new Command('caruso')
    .description('Runs an assembly of components, and exchanges their versions while people work.')
    .version(manifest.version)
    .option('-a, --assembly <folder>', 'the folder of the assembly (default: the nearest with an assembly.yaml)')
    .option('--json', 'print JSON, one value a line, for scripts')
    .showSuggestionAfterError()
    .showHelpAfterError('(see caruso --help)')
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 typed or configured wrongly, 3 nothing runs, 4 swap refused, 5 swap discarded and the old version goes on.')
  addRunning(caruso)
  addLooking(caruso)
  addSwapping(caruso)
  return caruso
}

function addRunning(caruso: Command): void {
  caruso
    .command('up')
    .argument('[folder]', 'the folder of the assembly')
    .option('--watch', 'make what is saved in the folders of its plugins run at once')
    .description('run an assembly in this terminal until Ctrl+C')
    .addHelpText('after', example('caruso up examples/orders'))
    .action(async (folder: string | undefined, options: { watch?: boolean }) => await (await import('./commands/up.ts')).up(assemblyFolder(folder ?? typed(caruso)), isJson(caruso), options))
  caruso
    .command('host')
    .argument('<name>', 'as assembly.yaml says: host: NAME')
    .requiredOption('--join [url]', 'join the assembly at its NATS server (default: nats of assembly.yaml, or that of "caruso up" in the same folder)')
    .option('--token-file <file>', 'holds the token of that NATS server')
    .description('run the components of another host of the assembly in this terminal until Ctrl+C')
    .addHelpText('after', example('caruso host warehouse --join'))
    .action(async (name: string, options: HostOptions) => await (await import('./commands/host.ts')).host(assemblyFolder(typed(caruso)), isJson(caruso), name, options))
  caruso
    .command('check')
    .description('check the assembly file, the plugins, their configuration and who requires whom; start nothing')
    .addHelpText('after', example('caruso check'))
    .action(async () => await (await import('./commands/plugins.ts')).check(assemblyFolder(typed(caruso)), isJson(caruso)))
  caruso
    .command('add')
    .argument('<plugin>', 'NAME@RANGE from npm, a tarball or a folder')
    .description("take a plugin's version in, beside those that are there")
    .addHelpText('after', example('caruso add ./releases/legacy-orders-1.1.0'))
    .action(async (plugin: string) => await (await import('./commands/plugins.ts')).add(assemblyFolder(typed(caruso)), isJson(caruso), plugin))
  caruso
    .command('prune')
    .option('--dry-run', 'say what would be kept, remove nothing')
    .description('remove versions that neither run nor would by a rollback')
    .addHelpText('after', example('caruso prune --dry-run'))
    .action(async (options: { dryRun?: boolean }) => await (await import('./commands/plugins.ts')).prune(assemblyFolder(typed(caruso)), isJson(caruso), options))
}

function addLooking(caruso: Command): void {
  caruso
    .command('ls')
    .description('list what runs: version, health, figures')
    .addHelpText('after', example('caruso ls --json'))
    .action(async () => await (await import('./commands/look.ts')).ls(assemblyFolder(typed(caruso)), isJson(caruso)))
  caruso
    .command('info')
    .argument('<component>')
    .description('show one component: contracts, configuration without secrets, versions')
    .addHelpText('after', example('caruso info legacy-orders'))
    .action(async (component: string) => await (await import('./commands/look.ts')).info(assemblyFolder(typed(caruso)), isJson(caruso), component))
}

function addSwapping(caruso: Command): void {
  caruso
    .command('swap')
    .argument('<component>')
    .argument('[version]', 'a version or range (default: the newest on disk; with --to, the one that runs)')
    .option('--to <host>', 'run it at another host of the assembly from now on')
    .option('--dry-run', 'say what would be checked and done, touch nothing')
    .option('--why <reason>', 'for the history')
    .option('--epoch <n>', 'only as planned: refuse it where anything was swapped on its host since --dry-run told this epoch', wholeNumber)
    .addOption(new Option('--canary <share>', 'send it this part of the calls first, such as 5%, and take it back where it is worse').argParser(share).conflicts('shadow'))
    .option('--shadow', 'rehearse: ask it too whatever may be asked twice, compare, and leave the old version running')
    .option('--for <time>', 'how long a canary or a shadow is watched, such as 30s or 5m', time, 30_000)
    .description("replace a component's version while calls flow")
    .addHelpText('after', example('caruso swap legacy-orders 1.1.0 --canary 5% --for 30s --why "shows what is shipped"'))
    .action(async (component: string, version: string | undefined, options: SwapOptions) => await (await import('./commands/swap.ts')).swap(assemblyFolder(typed(caruso)), isJson(caruso), component, version, options))
  caruso
    .command('rollback')
    .argument('<component>')
    .option('--why <reason>', 'for the history')
    .description('go back to the version before')
    .addHelpText('after', example('caruso rollback legacy-orders'))
    .action(async (component: string, options: { why?: string }) => await (await import('./commands/swap.ts')).rollback(assemblyFolder(typed(caruso)), isJson(caruso), component, options))
  caruso
    .command('history')
    .argument('[component]')
    .option('--limit <n>', 'how many entries', wholeNumber, 20)
    .description('tell what was swapped, by whom, why, and how long it took')
    .addHelpText('after', example('caruso history legacy-orders'))
    .action(async (component: string | undefined, options: { limit: number }) => await (await import('./commands/look.ts')).history(assemblyFolder(typed(caruso)), isJson(caruso), component, options))
}

function typed(caruso: Command): string | undefined {
  return caruso.opts<{ assembly?: string }>().assembly
}

/** Whether JSON was asked for. */
export function isJson(caruso: Command): boolean {
  return caruso.opts<{ json?: boolean }>().json === true
}

function wholeNumber(text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('expected a whole number from 1')
  return number
}

function share(text: string): number {
  const [, digits = '', percent] = /^(\d+(?:\.\d+)?)(%)?$/.exec(text) ?? []
  const part = Number(digits) / (percent === undefined ? 1 : 100)
  if (digits === '' || part <= 0 || part > 1) throw new InvalidArgumentError('expected a part of the calls, such as 5% or 0.05')
  return part
}

function time(text: string): number {
  const [, digits = '', unit = 's'] = /^(\d+)(ms|s|m)?$/.exec(text) ?? []
  const milliseconds = Number(digits) * ({ ms: 1, s: 1_000, m: 60_000 }[unit] ?? 0)
  if (digits === '' || milliseconds < 100 || milliseconds > 2_700_000) throw new InvalidArgumentError('expected a time from 100ms to 45m, such as 30s')
  return milliseconds
}

function example(line: string): string {
  return `\nExample:\n  ${line}`
}
