import type { CommandContext } from '@caruso/contract'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { contractPage, indexPage, type DocumentedContract } from './contract-page.ts'
import { describePlugin, type DescribedComponent } from './described-component.ts'

/** `caruso docs`: a page for each contract that the plugins of an assembly, or one plugin, provide; the same for the same contracts. */
export async function docs({ plugin, out }: { readonly plugin?: string; readonly out: string }, context: CommandContext): Promise<void> {
  const folder = resolve(out)
  const { title, components } = plugin === undefined ? await ofAssembly(context) : await ofPlugin(plugin, context)
  const contracts = documented(components)
  const pages = new Map([['README.md', indexPage(title, components, contracts)], ...contracts.map((one): [string, string] => [one.page, contractPage(one)])])
  await mkdir(folder, { recursive: true })
  for (const [name, text] of pages) await writeFile(join(folder, name), text)
  context.terminal.answer({ folder, pages: [...pages.keys()] }, () => `Wrote ${[...pages.keys()].map((name) => join(out, name)).join(', ')}`)
}

async function ofAssembly(context: CommandContext): Promise<{ title: string; components: DescribedComponent[] }> {
  const { name, components } = await context.assembly()
  const described: DescribedComponent[] = []
  for (const component of Object.keys(components).toSorted()) described.push(await describePlugin(component, await context.plugin(component)))
  return { title: `assembly ${name}`, components: described }
}

async function ofPlugin(plugin: string, context: CommandContext): Promise<{ title: string; components: DescribedComponent[] }> {
  const installed = await context.plugin(resolve(plugin))
  return { title: `plugin ${installed.name}`, components: [await describePlugin(installed.name, installed)] }
}

/** Every contract once, by its name and version; of two majors with one name each has its page. */
function documented(components: readonly DescribedComponent[]): DocumentedContract[] {
  const all = components.flatMap(({ provides }) => provides)
  const byKey = new Map(all.map((contract) => [`${contract.name}@${contract.version}`, contract]))
  return [...byKey].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, contract]) => {
    const versions = [...byKey.values()].filter(({ name }) => name === contract.name)
    return {
      contract,
      page: `${contract.name}${versions.length > 1 ? `-${contract.version}` : ''}.md`,
      providers: components.filter(({ provides }) => provides.some(({ name, version }) => `${name}@${version}` === key)),
      callers: components.filter(({ requires }) => requires.some(({ name }) => name === contract.name)),
    }
  })
}
