import { Bus } from '@caruso/bus'
import dialogPlugin from '@caruso/dialog'
import { Dialogs } from '@caruso/dialog/contract'
import { Preparation, type LoadedPlugin } from '@caruso/kernel'
import { Host } from '@caruso/kernel/host'
import modeler from '@caruso/modeler'
import { Objects } from '@caruso/modeler/contract'
import storage from '@caruso/storage'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { monotonic } from './clock.ts'
import { serveCommands } from './serve-commands.ts'
import { stderrLog } from './stderr-log.ts'
import { percentiles } from './statistics.ts'

interface Led {
  readonly dialog: string
  seq: number
  asked: string
}

/** Questions of every type, around and around, so that a dialog stays open. */
const survey = `<?xml version="1.0"?>
<dialog id="survey" version="1.0.0" start="name" languages="en" channels="web">
  <title>Survey</title>
  <let name="yearly" value="paid.amount * 12"/>
  <question id="name" type="text" max="100"><prompt>What is your name?</prompt><otherwise to="meter"/></question>
  <question id="meter" type="number" min="0"><prompt><value of="name"/>, what does the meter say?</prompt><otherwise to="moved"/></question>
  <question id="moved" type="date" min="date('2020-01-01')"><prompt>When did you move in?</prompt><otherwise to="paid"/></question>
  <question id="paid" type="money" currency="EUR"><prompt>What do you pay a month?</prompt><otherwise to="agreed"/></question>
  <question id="agreed" type="yes-no"><prompt>That makes <value of="yearly"/> a year, at <value of="meter"/>. Is that right?</prompt><when test="agreed" to="plan"/><otherwise to="paid"/></question>
  <question id="plan" type="one"><prompt>Which plan?</prompt><choice value="green"><prompt>Green</prompt></choice><choice value="basic"><prompt>Basic</prompt></choice><otherwise to="extras"/></question>
  <question id="extras" type="many" required="no"><prompt>Which extras?</prompt><choice value="paper"><prompt>Paper</prompt></choice><choice value="app"><prompt>App</prompt></choice><otherwise to="mail"/></question>
  <question id="mail" type="email"><prompt>Your e-mail?</prompt><otherwise to="phone"/></question>
  <question id="phone" type="telephone"><prompt>Your telephone?</prompt><otherwise to="again"/></question>
  <question id="again" type="yes-no"><prompt>Once more?</prompt><when test="again" to="name"/><otherwise to="bye"/></question>
  <end id="bye" outcome="done"/>
</dialog>`

const texts: Readonly<Record<string, string>> = { name: 'Ada Lovelace', meter: '12 345.5', moved: '31/12/2026', paid: '1,250.00', agreed: 'yes', plan: 'Green', extras: 'Paper, App', mail: 'ada@example.org', phone: '+47 22 22 55 55', again: 'yes' }

const { dialogs, newCall, close } = await component(process.argv[2] ?? '')
/** The dialogs that are open, in the order in which they are answered. */
const opened: Led[] = []

serveCommands(
  {
    open: async ({ open }: { readonly open: number }) => {
      while (opened.length < open) opened.push(...(await Promise.all(Array.from({ length: 100 }, async () => standing(await dialogs.start({ script: 'survey', channel: 'web', language: 'en' }, newCall()))))))
      return opened.length
    },
    answered: async ({ rate, seconds }: { readonly rate: number; readonly seconds: number }) => {
      const { taken, ...found } = await answered(rate, seconds)
      return { ...found, taken: percentiles(taken) }
    },
    most: async ({ seconds }: { readonly seconds: number }) => await closedLoop(seconds),
    memory: () => process.memoryUsage(),
  },
  close,
)

/** Sends answers at planned times, each to the next dialog, and measures from then on. */
async function answered(rate: number, seconds: number): Promise<{ readonly taken: Float64Array; readonly answers: number; readonly ms: number }> {
  const total = rate * seconds
  const taken = new Float64Array(total)
  const begun = monotonic()
  const pending: Promise<void>[] = []
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.floor(((monotonic() - begun) * rate) / 1_000) + 1)
    for (; sent < due; sent += 1) pending.push(answer(opened[sent % opened.length] as Led).then(timing(taken, sent, begun + (sent * 1_000) / rate)))
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await Promise.all(pending)
  return { taken, answers: total, ms: monotonic() - begun }
}

function timing(taken: Float64Array, index: number, planned: number): () => void {
  return () => {
    taken[index] = monotonic() - planned
  }
}

async function closedLoop(seconds: number): Promise<number> {
  const begun = monotonic()
  let answers = 0
  const lanes = Array.from({ length: 16 }, async (_, lane) => {
    for (let index = lane; monotonic() - begun < seconds * 1_000; index += 16) {
      await answer(opened[index % opened.length] as Led)
      answers += 1
    }
  })
  await Promise.all(lanes)
  return (answers * 1_000) / (monotonic() - begun)
}

async function answer(led: Led): Promise<void> {
  Object.assign(led, standing(await dialogs.answer({ dialog: led.dialog, seq: led.seq, text: texts[led.asked] ?? '' }, newCall())))
}

function standing({ dialog, seq, view }: { readonly dialog: string; readonly seq: number; readonly view: { readonly question?: { readonly path: string } | undefined; readonly notice?: unknown } }): Led {
  if (view.question === undefined || view.notice !== undefined) throw new Error(`Answered the dialog "${dialog}": ${JSON.stringify(view)}`)
  return { dialog, seq, asked: view.question.path }
}

async function component(folder: string) {
  const file = join(folder, 'dialogs.db')
  mkdirSync(join(folder, 'dialogs'))
  writeFileSync(join(folder, 'dialogs/survey.xml'), survey)
  const bus = new Bus('bench', 'dialog')
  const host = new Host({ bus, log: stderrLog })
  const part = (name: string, entry: LoadedPlugin, config: object, grants: readonly string[] = []) => ({ component: name, plugin: name, version: '1.0.0', entry, isolation: 'inline', config, grants }) as const
  await host.startAll([part('storage', storage, { sources: { crm: { kind: 'sqlite', file } } }), part('modeler', modeler, { model: 'no-such-folder', mapping: 'no-such-folder' }, ['storage.alter'])])
  const consumer = { component: 'bench', grants: [] }
  // As the service manager does before it starts the component.
  const manage = bus.call({ ...consumer, identity: 'bench', permissions: ['manage'], timeout: 60_000 })
  await bus.client(Preparation, consumer).prepare({ step: 'grow', component: 'dialog', contract: Objects.name, next: { version: '1.0.0', needs: dialogPlugin.needs?.objects }, run: true, drop: false }, manage)
  await host.startAll([part('dialog', dialogPlugin, { dialogs: join(folder, 'dialogs') })])
  return {
    dialogs: bus.client(Dialogs, consumer),
    newCall: () => bus.call({ ...consumer, identity: 'bench', permissions: [], timeout: 60_000 }),
    close: async () => {
      await host.close()
      await bus.close()
    },
  }
}
