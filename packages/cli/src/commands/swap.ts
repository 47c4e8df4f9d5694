import type { ItemOf, OutputOf } from '@caruso/contract'
import type { Manager } from '@caruso/manager'
import { connected } from '../connection.ts'
import { exitCode } from '../exit-code.ts'
import { colour, duration, terminal, type Terminal } from '../terminal.ts'

type Operations = (typeof Manager)['operations']

const swapTimeout = 120_000

/** `caruso swap`: replaces a component's version, step by step. */
export async function swap(folder: string, json: boolean, component: string, version: string | undefined, options: { readonly dryRun?: boolean; readonly why?: string }): Promise<void> {
  const out = terminal(json)
  const asked = { component, ...(version === undefined ? {} : { version }) }
  await connected(folder, async ({ manager, call }) => {
    if (options.dryRun === true) return showPlan(out, await manager.plan(asked, call(swapTimeout)))
    await showSteps(out, manager.swap({ ...asked, ...(options.why === undefined ? {} : { why: options.why }) }, call(swapTimeout)))
  })
}

/** `caruso rollback`: goes back to the version before. */
export async function rollback(folder: string, json: boolean, component: string, options: { readonly why?: string }): Promise<void> {
  const out = terminal(json)
  await connected(folder, async ({ manager, call }) => {
    await showSteps(out, manager.rollback({ component, ...(options.why === undefined ? {} : { why: options.why }) }, call(swapTimeout)))
  })
}

function showPlan(out: Terminal, plan: OutputOf<Operations['plan']>): void {
  out.answer(plan, () =>
    [
      `${plan.component} ${plan.from} -> ${plan.to}: ${plan.accepted ? colour.green('the swap would be accepted') : colour.red('the swap would be refused')}; nothing was touched`,
      ...plan.checks.map(({ check, ok, detail }) => `  ${ok ? colour.green('ok') : colour.red('no')}  ${check}: ${detail}`),
    ].join('\n'),
  )
  if (!plan.accepted) process.exitCode = exitCode.refused
}

async function showSteps(out: Terminal, steps: AsyncIterable<ItemOf<Operations['swap']>>): Promise<void> {
  for await (const step of steps) {
    const mark = step.step === 'discard' ? colour.red('no') : colour.green('ok')
    out.answer(step, () => `  ${mark}  ${step.step.padEnd(8)}${duration(step.ms).padStart(8)}  ${step.detail}`)
  }
}
