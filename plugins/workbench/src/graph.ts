import type { CommandContext } from '@caruso/contract'
import { Manager } from '@caruso/manager/contract'
import { styleText } from 'node:util'

const timeout = 10_000

/** `caruso graph`: who asks whom. */
export async function graph({ connected, terminal }: CommandContext): Promise<void> {
  await connected(async (running) => {
    const { assembly, components } = await running.client(Manager).list({}, running.call(timeout))
    const edges = components.flatMap(({ component, requires }) => requires.map(({ key, contract, optional, component: provider }) => ({ from: component, key, contract, optional, to: provider ?? null })))
    const several = components.some(({ host }) => host !== components[0]?.host)
    terminal.answer({ assembly, components: components.map(({ component, host, version, provides }) => ({ component, host, version, provides })), edges }, () =>
      components
        .flatMap(({ component, host, version, provides }) => [
          `${styleText('bold', component)} ${version}${several ? ` at ${host}` : ''}${provides.length === 0 ? '' : `  provides ${provides.join(', ')}`}`,
          ...edges.filter(({ from }) => from === component).map(({ key, contract, optional, to }) =>
            contract === 'every public' ? `  ${key} -> every public operation` : `  ${key} -> ${to ?? styleText('yellow', 'nobody')}  ${styleText('dim', contract)}${optional ? ' optional' : ''}`,
          ),
        ])
        .join('\n'),
    )
  })
}
