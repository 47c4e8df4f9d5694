import { expect, test } from 'vitest'
import { loadFiles } from '../src/files.ts'

test('loadFiles() finds the same texts in every language', async () => {
  const { texts } = await loadFiles()
  expect([...texts.keys()]).toEqual(['ar', 'en', 'nb'])
  const english = texts.get('en')!
  for (const [, others] of texts) {
    expect(Object.keys(others)).toEqual(Object.keys(english))
    for (const [name, text] of Object.entries(others)) expect(places(text), name).toEqual(places(english[name]!))
  }
})

function places(text: string): string[] {
  return (text.match(/\{\w+\}/g) ?? []).toSorted()
}
