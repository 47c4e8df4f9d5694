import { readFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { Objects } from '@caruso/modeler/contract'
import { double, testPlugin } from '@caruso/testing'
import { parse } from 'yaml'
import { codeFrom } from '../../../test/failures.ts'
import backOffice from '../src/index.ts'

const example = new URL('../../dialogs/', import.meta.url)
const { actions } = parse(readFileSync(new URL('dialogs/actions.yaml', example), 'utf8')) as { readonly actions: Readonly<Record<string, { readonly answer?: object }>> }
const names = Object.keys(actions)

test('every request of the example scripts is answered with what it promises, and no other', async () => {
  const kit = await testPlugin(backOffice, { config: { actions: ['fault.report'] }, requires: { objects: double(Objects, { events: () => ({ events: [] }) }) } })
  onTestFinished(() => kit.close())
  for (const action of names) {
    const promised = actions[action]?.answer
    const asked = kit.clients.requests.answer({ action, args: {} }, kit.call())
    if (promised === undefined) expect(await codeFrom(asked)).toBe('REQUEST_UNKNOWN')
    else expect(Object.keys((await asked).answer)).toEqual(Object.keys(promised))
  }
})

test('every other action of the example scripts becomes a task', () => {
  const { components } = parse(readFileSync(new URL('assembly.yaml', example), 'utf8')) as { readonly components: { readonly 'back-office': { readonly config: { readonly actions: readonly string[] } } } }
  expect(components['back-office'].config.actions).toEqual(names.filter((name) => actions[name]?.answer === undefined))
})
