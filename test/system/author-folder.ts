import { mkdirSync } from 'node:fs'
import { mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const repository = join(import.meta.dirname, '../..')

/** The folder of an assembly whose plugin somebody works on: a component `told`, which counts how often it was asked, and one that requires it. */
export class AuthorFolder implements AsyncDisposable {
  readonly path: string

  private constructor(path: string) {
    this.path = path
  }

  static async create(components = ''): Promise<AuthorFolder> {
    const author = new AuthorFolder(await realpath(await mkdtemp(join(tmpdir(), 'caruso-watch-'))))
    await symlink(join(repository, 'node_modules'), join(author.path, 'node_modules'))
    await author.write('assembly.yaml', `assembly: author\ncomponents:\n  told: { plugin: ./told, config: { greeting: Hello } }\n${components}`)
    await author.write('told/package.json', JSON.stringify({ name: 'told', version: '1.0.0', type: 'module', exports: './src/index.ts' }))
    await author.write('told/src/index.ts', plugin)
    await author.save('first')
    return author
  }

  async write(file: string, text: string): Promise<void> {
    mkdirSync(dirname(join(this.path, file)), { recursive: true })
    await writeFile(join(this.path, file), text)
  }

  /** What `told` answers from now on; `rest` is the rest of the file. */
  async save(word: string, rest = usual): Promise<void> {
    await this.write('told/src/word.ts', `export const word: string = '${word}'\n${rest}`)
  }

  /** The same as careful editors do it: to another file, which then takes the place of the first. */
  async saveByRename(word: string): Promise<void> {
    await this.write('told/src/word.ts~', `export const word: string = '${word}'\n${usual}`)
    await rename(join(this.path, 'told/src/word.ts~'), join(this.path, 'told/src/word.ts'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** What else stands in the file that is saved. */
export const usual = 'export const test = (): void => undefined\nexport const answer = { which: true }\nexport const settings = {}\n'

const plugin = `import { contract, Type } from '@caruso/contract'
import { definePlugin } from '@caruso/kernel'
import { answer, settings, test, word } from './word.ts'

const output = Type.Object({ word: Type.String(), asked: Type.Integer(), pid: Type.Integer() })
const Told = contract({ name: 'told', version: '1.0.0', operations: { which: { input: Type.Object({}), output: answer.which ? output : Type.Object({}), public: true } } })

export default definePlugin({
  name: 'told',
  config: Type.Object({ greeting: Type.String(), ...settings }),
  provides: { told: Told },
  state: { version: 1, entry: Type.Integer() },
  start({ scope, state }) {
    scope.selfTest(() => test())
    return {
      told: {
        which: () => {
          const asked = (state.get('asked') ?? 0) + 1
          state.set('asked', asked)
          return { word, asked, pid: process.pid }
        },
      },
    }
  },
})
`
