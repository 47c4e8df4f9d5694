import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { InstalledPackages, root } from './installed-packages.ts'

const run = promisify(execFile)

/** The example beside the built packages. */
export class InstalledAssembly {
  readonly #packages = new InstalledPackages()
  readonly #folder = this.#packages.folder
  /** The example as it ships, and the same with every component inline. */
  readonly shipped = join(this.#folder, 'examples/orders')
  readonly inline = join(this.#folder, 'examples/orders-inline')
  readonly caruso = join(this.#folder, 'node_modules/@caruso/cli/bin/caruso.js')

  /** Compiles the packages and puts everything into place; takes some seconds. */
  async make(): Promise<void> {
    await this.#packages.make()
    this.#copyExamples(this.#packages.built)
    await run(process.execPath, ['generate.ts'], { cwd: this.shipped })
    cpSync(join(this.shipped, '.caruso'), join(this.inline, '.caruso'), { recursive: true })
  }

  remove(): void {
    this.#packages.remove()
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
