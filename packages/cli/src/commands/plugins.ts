import { checkPlugins, PluginStore, readAssembly, versionsInUse } from '@caruso/manager'
import { join } from 'node:path'
import { openLog } from '../log-file.ts'
import { notKept } from '../not-kept.ts'
import { colour, terminal } from '../terminal.ts'

/** `caruso add`: takes a plugin's version in, beside those that are there. */
export async function add(folder: string, json: boolean, spec: string): Promise<void> {
  const out = terminal(json)
  const assembly = await readAssembly(folder, { env: process.env })
  const store = new PluginStore(folder)
  const added = await store.add(spec, ({ step, detail }) => out.progress(colour.dim(`  ${step} ${detail}`)))
  const users: string[] = []
  for (const [component, { plugin }] of Object.entries(assembly.components)) {
    // A component may name its plugin by a folder, and still be swapped to what was taken in under the plugin's name.
    if ((await store.list(plugin)).some(({ name }) => name === added.name)) users.push(component)
  }
  out.answer({ ...added, components: users }, () =>
    [
      `${added.name} ${added.version} ${added.added ? 'is added' : 'was there already'}`,
      ...users.map((component) => `Make it run:  npx caruso swap ${component} ${added.version}`),
    ].join('\n'),
  )
}

/** `caruso prune`: removes the versions that neither run nor would by a rollback. */
export async function prune(folder: string, json: boolean, options: { readonly dryRun?: boolean }): Promise<void> {
  const assembly = await readAssembly(folder, { env: process.env })
  const kept = await versionsInUse(assembly)
  const out = terminal(json)
  if (options.dryRun === true) return out.answer({ kept }, () => `Would keep ${kept.map(({ name, version }) => `${name} ${version}`).join(', ')}`)
  const removed = await new PluginStore(folder).prune(kept)
  out.answer({ removed, kept }, () => (removed.length === 0 ? 'Nothing to remove: every version runs or is the one before' : `Removed ${removed.map(({ name, version }) => `${name} ${version}`).join(', ')}`))
}

/** `caruso check`: reads the assembly and loads its plugins, without starting anything. */
export async function check(folder: string, json: boolean): Promise<void> {
  const assembly = await readAssembly(folder, { env: process.env })
  const from = process.cwd()
  process.chdir(assembly.folder)
  const components = await checkPlugins(assembly, openLog(join(assembly.folder, '.caruso', 'caruso.log'), (line) => process.stderr.write(`${line}\n`)))
  const notes = await notKept(assembly, new Map(components.map(({ component, version }) => [component, version])), from)
  terminal(json).answer({ assembly: assembly.name, components }, () =>
    [
      colour.green(`Assembly ${assembly.name} is right: ${components.length} components`),
      ...components.map(({ component, version, requires }) => `  ${component} ${version}${requires.length === 0 ? '' : ` after ${requires.join(', ')}`}`),
      ...notes.map(colour.dim),
    ].join('\n'),
  )
}
