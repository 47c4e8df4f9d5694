import type { InputOf, ItemOf, OutputOf, Terminal } from '@caruso/contract'
import type { Manager } from '@caruso/manager'
import { connected } from '../connection.ts'
import { exitCode } from '../exit-code.ts'
import { colour, duration, terminal } from '../terminal.ts'

type Operations = (typeof Manager)['operations']

/** Milliseconds for a swap besides its trial. */
const swapTimeout = 120_000

/** What is typed after the version. */
export interface SwapOptions {
  readonly dryRun?: boolean
  /** The host that the version is to run at. */
  readonly to?: string
  readonly why?: string
  readonly epoch?: number
  /** Of the calls, from 0 to 1. */
  readonly canary?: number
  readonly shadow?: boolean
  /** Milliseconds. */
  readonly for: number
}

/** `caruso swap`: replaces a component's version, or the host that runs it, step by step. */
export async function swap(folder: string, json: boolean, component: string, version: string | undefined, options: SwapOptions): Promise<void> {
  const out = terminal(json)
  const asked = { component, ...(version === undefined ? {} : { version }), ...(options.to === undefined ? {} : { to: options.to }) }
  await connected(folder, async ({ manager, call }) => {
    if (options.dryRun === true) return showPlan(out, await manager.plan(asked, call(swapTimeout)))
    await showSteps(out, manager.swap({ ...asked, ...trialOf(options), ...(options.epoch === undefined ? {} : { epoch: options.epoch }), ...(options.why === undefined ? {} : { why: options.why }) }, call(swapTimeout + options.for)))
  })
}

function trialOf(options: SwapOptions): Pick<InputOf<Operations['swap']>, 'trial'> {
  if (options.canary !== undefined) return { trial: { kind: 'canary', share: options.canary, forMs: options.for } }
  return options.shadow === true ? { trial: { kind: 'shadow', forMs: options.for } } : {}
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
      `${plan.component} ${plan.from} -> ${plan.to}${plan.movesTo === undefined ? '' : ` at host ${plan.movesTo}`}: ${plan.accepted ? colour.green('the swap would be accepted') : colour.red('the swap would be refused')}; nothing was touched`,
      ...plan.checks.map(({ check, ok, detail }) => `  ${ok ? colour.green('ok') : colour.red('no')}  ${check}: ${detail}`),
      ...(plan.accepted ? [colour.dim(`As planned:  npx caruso swap ${plan.component} ${plan.to}${plan.movesTo === undefined ? '' : ` --to ${plan.movesTo}`} --epoch ${plan.epoch}`)] : []),
    ].join('\n'),
  )
  if (!plan.accepted) process.exitCode = exitCode.refused
}

async function showSteps(out: Terminal, steps: AsyncIterable<ItemOf<Operations['swap']>>): Promise<void> {
  for await (const step of steps) {
    const mark = step.step === 'discard' ? colour.red('no') : step.figures === undefined ? colour.green('ok') : '..'
    out.answer(step, () => `  ${mark}  ${step.step.padEnd(8)}${duration(step.ms).padStart(8)}  ${step.detail}`)
  }
}
