import { execFile } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { bundlePackage, isBundled } from '../../scripts/bundle.ts'
import { temporaryFolder } from './temporary-folder.ts'

const run = promisify(execFile)

export const root = new URL('../..', import.meta.url).pathname

interface Manifest {
  readonly name: string
  readonly files?: readonly string[]
}

/** The folder of packages that were built before, for whoever runs several benchmarks: to build takes longer than most of what is quick. */
export const packagesVariable = 'CARUSO_BENCH_PACKAGES'

/** The built packages in a folder of their own, laid out as npm would install them: what users run, and not the sources. */
export class InstalledPackages {
  readonly #given = process.env[packagesVariable]
  readonly #temporary = this.#given === undefined ? temporaryFolder('packages') : undefined
  readonly folder = this.#temporary?.path ?? this.#given ?? ''
  readonly modules = join(this.folder, 'node_modules')
  /** What was compiled, by the folders of the repository. */
  readonly built = join(this.folder, 'built')

  /** Compiles the packages and puts everything into place; takes some seconds. */
  async make(): Promise<void> {
    if (this.#given !== undefined) return
    await this.#compile(this.built)
    this.#linkOthers()
    for (const manifest of globSync('{packages,plugins}/*/package.json', { cwd: root })) {
      const installed = this.#install(dirname(manifest), join(this.built, dirname(manifest), 'src'))
      if (isBundled(dirname(manifest))) await bundlePackage(installed)
    }
  }

  /** Puts the files of the benchmarks beside them, without their types; returns their folder. */
  addBenchmarks(): string {
    const to = join(this.folder, 'bench')
    for (const file of globSync('**/*.ts', { cwd: import.meta.dirname })) {
      const text = stripTypeScriptTypes(readFileSync(join(import.meta.dirname, file), 'utf8'))
      mkdirSync(dirname(join(to, file)), { recursive: true })
      writeFileSync(join(to, file.replace(/ts$/, 'js')), text.replaceAll(/(from '\.{1,2}\/[\w/-]+)\.ts'/g, "$1.js'"))
    }
    writeFileSync(join(to, 'package.json'), JSON.stringify({ type: 'module' }))
    return to
  }

  remove(): void {
    this.#temporary?.[Symbol.dispose]()
  }

  async #compile(built: string): Promise<void> {
    const project = join(this.folder, 'tsconfig.json')
    const include = ['packages', 'plugins', 'examples'].map((kind) => join(root, kind, '*/src'))
    writeFileSync(project, JSON.stringify({ extends: join(root, 'tsconfig.build.json'), compilerOptions: { rootDir: root, outDir: built, typeRoots: [join(root, 'node_modules/@types')] }, include }))
    await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project])
  }

  /** What npm would pack of a package: what was built, and the files that the manifest names besides. */
  #install(folder: string, compiled: string): string {
    const from = join(root, folder)
    const manifest = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as Manifest
    const to = join(this.folder, 'node_modules', manifest.name)
    mkdirSync(to, { recursive: true })
    cpSync(join(from, 'src'), join(to, 'dist'), { recursive: true, filter: (path) => !path.endsWith('.ts') })
    cpSync(compiled, join(to, 'dist'), { recursive: true, filter: (path) => !path.endsWith('.d.ts') })
    for (const file of ['package.json', ...(manifest.files ?? [])]) if (file !== 'dist' && existsSync(join(from, file))) cpSync(join(from, file), join(to, file), { recursive: true })
    return to
  }

  /** What others made is used where it lies. */
  #linkOthers(): void {
    mkdirSync(this.modules, { recursive: true })
    for (const name of readdirSync(join(root, 'node_modules'))) {
      if (!name.startsWith('.') && !name.startsWith('@caruso')) symlinkSync(join(root, 'node_modules', name), join(this.modules, name))
    }
  }
}
