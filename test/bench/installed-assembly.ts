import { execFile } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { bundleTypebox } from '../../scripts/bundle-typebox.ts'

const run = promisify(execFile)
const root = new URL('../..', import.meta.url).pathname

interface Manifest {
  readonly name: string
  readonly files?: readonly string[]
}

/** The example and the built packages in a folder of their own, laid out as npm would install them. */
export class InstalledAssembly {
  readonly #folder = mkdtempSync(join(tmpdir(), 'caruso-bench-start-'))
  /** The example as it ships, and the same with every component inline. */
  readonly shipped = join(this.#folder, 'examples/orders')
  readonly inline = join(this.#folder, 'examples/orders-inline')
  readonly caruso = join(this.#folder, 'node_modules/@caruso/cli/bin/caruso.js')

  /** Compiles the packages and puts everything into place; takes some seconds. */
  async make(): Promise<void> {
    const built = join(this.#folder, 'built')
    await this.#compile(built)
    for (const manifest of globSync('{packages,plugins}/*/package.json', { cwd: root })) this.#install(dirname(manifest), join(built, dirname(manifest), 'src'))
    this.#linkOthers()
    await bundleTypebox(join(this.#folder, 'node_modules/@caruso/contract/dist/typebox.js'))
    this.#copyExamples(built)
    await run(process.execPath, ['generate.ts'], { cwd: this.shipped })
    cpSync(join(this.shipped, '.caruso'), join(this.inline, '.caruso'), { recursive: true })
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #compile(built: string): Promise<void> {
    const project = join(this.#folder, 'tsconfig.json')
    const include = ['packages', 'plugins', 'examples'].map((kind) => join(root, kind, '*/src'))
    writeFileSync(project, JSON.stringify({ extends: join(root, 'tsconfig.build.json'), compilerOptions: { rootDir: root, outDir: built, typeRoots: [join(root, 'node_modules/@types')] }, include }))
    await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project])
  }

  /** What npm would pack of a package: what was built, and the files that the manifest names besides. */
  #install(folder: string, compiled: string): void {
    const from = join(root, folder)
    const manifest = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as Manifest
    const to = join(this.#folder, 'node_modules', manifest.name)
    mkdirSync(to, { recursive: true })
    cpSync(join(from, 'src'), join(to, 'dist'), { recursive: true, filter: (path) => !path.endsWith('.ts') })
    cpSync(compiled, join(to, 'dist'), { recursive: true, filter: (path) => !path.endsWith('.d.ts') })
    for (const file of ['package.json', ...(manifest.files ?? [])]) if (file !== 'dist' && existsSync(join(from, file))) cpSync(join(from, file), join(to, file), { recursive: true })
  }

  /** What others made is used where it lies. */
  #linkOthers(): void {
    const modules = join(this.#folder, 'node_modules')
    for (const name of readdirSync(join(root, 'node_modules'))) {
      if (!name.startsWith('.') && !name.startsWith('@caruso')) symlinkSync(join(root, 'node_modules', name), join(modules, name))
    }
  }

  /** The examples' plugins are built too: stripping types at every start would be measured else. */
  #copyExamples(built: string): void {
    const scope = join(this.#folder, 'node_modules/@caruso-examples')
    mkdirSync(scope)
    for (const example of readdirSync(join(root, 'examples'))) {
      const to = join(this.#folder, 'examples', example)
      cpSync(join(root, 'examples', example), to, { recursive: true, filter: (path) => !['.caruso', 'node_modules', 'test'].includes(basename(path)) })
      symlinkSync(to, join(scope, example))
      const compiled = join(built, 'examples', example, 'src')
      const manifest = join(to, 'package.json')
      if (!existsSync(compiled)) continue
      cpSync(compiled, join(to, 'src'), { recursive: true })
      writeFileSync(manifest, readFileSync(manifest, 'utf8').replaceAll(/(\.\/src\/[\w-]+)\.ts/g, '$1.js'))
    }
    cpSync(this.shipped, this.inline, { recursive: true })
    const file = join(this.inline, 'assembly.yaml')
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/isolation:\s*process/g, 'isolation: inline'))
  }
}
