import { describe, expect, test } from 'vitest'
import { escapes } from './escapes.ts'
import { readFiles, root } from './files.ts'
import { packagesOf } from './workspace.ts'

test('nothing goes around the types or swallows an error', () => {
  const sources = packagesOf(readFiles(root)).flatMap((one) => one.sources)
  expect(sources.flatMap(({ path, text }) => escapes(path, text))).toEqual([])
})

describe('escapes()', () => {
  test.each([
    [`const a = b as any`],
    [`const a = b as unknown as string`],
    [`const a = (b as unknown) as string`],
    [`try { f() } catch {}`],
    [`try { f() } catch (error) { /* whatever */ }`],
    [`f().catch(() => {})`],
    [`f().catch(() => undefined)`],
    [`f().catch(() => null)`],
    [`f().catch(function () {})`],
    [`f().then(g, () => {})`],
    [`// @ts-ignore\nf()`],
    [`// oxlint-disable-next-line no-eval\nf()`],
    [`/* oxlint-disable */\nf()`],
  ])('finds %j', (text) => {
    expect(escapes('a.ts', text)).toHaveLength(1)
  })

  test.each([
    [`const a = b as string`],
    [`const a: unknown = b as unknown`],
    [`try { f() } catch (error) { throw new Error('Tried', { cause: error }) }`],
    [`f().catch((error) => report(error))`],
    [`f().then(() => {})`],
    [`// oxlint-disable-next-line no-new-func -- compiled once from a checked schema\nf()`],
  ])('lets pass %j', (text) => {
    expect(escapes('a.ts', text)).toEqual([])
  })
})
