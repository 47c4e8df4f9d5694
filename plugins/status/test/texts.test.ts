import { expect, test } from 'vitest'
import { loadTexts } from '@caruso/gateway/contract'

test('the page has the same texts in every language', async () => {
  const texts = await loadTexts(new URL('../i18n/', import.meta.url))
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
