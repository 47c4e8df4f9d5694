import { rolldown } from 'rolldown'

/** Makes one file of a built `typebox.js` and all it imports; packages/contract/src/typebox.ts says why. */
export async function bundleTypebox(file: string): Promise<void> {
  const bundle = await rolldown({ input: file, platform: 'node' })
  await bundle.write({ file, format: 'esm' })
  await bundle.close()
}
