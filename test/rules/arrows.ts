import { posix } from 'node:path'
import type { Files } from './files.ts'
import { importsOf, isRelative, packageOf } from './imports.ts'
import { ownerOf, packagesOf } from './workspace.ts'
import type { Package } from './workspace.ts'

const scope = '@caruso/'
const pure = ['contract', 'expression']
/** The plugins whose commands come with `caruso`: of them it knows what they export as `./cli`. */
const commanding = ['backup', 'workbench']

/** What each package of the framework may stand on, in what it ships and, more, in its tests. */
const below: Readonly<Record<string, { readonly ships: readonly string[]; readonly tests: readonly string[] }>> = {
  contract: { ships: [], tests: [] },
  expression: { ships: [], tests: [] },
  'nats-server': { ships: [], tests: [] },
  bus: { ships: ['contract'], tests: ['nats-server'] },
  kernel: { ships: [...pure, 'bus'], tests: ['nats-server'] },
  isolation: { ships: [...pure, 'bus', 'kernel'], tests: [] },
  manager: { ships: [...pure, 'bus', 'kernel', 'isolation'], tests: ['nats-server', 'testing'] },
  testing: { ships: [...pure, 'bus', 'kernel', 'isolation', 'nats-server'], tests: [] },
  cli: { ships: [...pure, 'bus', 'kernel', 'isolation', 'manager', 'nats-server'], tests: ['testing'] },
}

/** Third parties that only one package may know; its tests and those of the others named may too. */
const owners: readonly { readonly what: RegExp; readonly owner: string; readonly tests: readonly string[] }[] = [
  { what: /^@nats-io\//, owner: 'packages/bus', tests: ['packages/nats-server'] },
  { what: /^knex$/, owner: 'plugins/storage', tests: [] },
  { what: /^awilix$/, owner: 'packages/kernel', tests: [] },
]

/** Where an import or a declared dependency runs against the direction of the design. */
export function brokenArrows(files: Files): string[] {
  const packages = packagesOf(files)
  const folders = packages.map(({ folder }) => folder)
  return packages.flatMap((one) => [
    ...one.sources.flatMap(({ path, text, shipped }) =>
      importsOf(path, text).flatMap((specifier) => {
        const reason = isRelative(specifier) ? leavesPackage(folders, path, specifier, shipped) : refusal(one, packages, specifier, shipped)
        return reason === undefined ? [] : [`${path} imports "${specifier}": ${reason}`]
      }),
    ),
    ...dependencyArrows(one, packages),
    ...awilixFiles(one),
  ])
}

function leavesPackage(folders: readonly string[], path: string, specifier: string, shipped: boolean): string | undefined {
  const target = posix.join(posix.dirname(path), specifier)
  // What tests of several packages stand on lies at the top of the root's tests.
  if (!shipped && posix.dirname(target) === 'test') return undefined
  const [from, to] = [ownerOf(folders, path), ownerOf(folders, target)]
  return from === to ? undefined : `a relative path does not leave its package ("${from}")`
}

function dependencyArrows(one: Package, packages: readonly Package[]): string[] {
  const { dependencies = {}, peerDependencies = {}, optionalDependencies = {}, devDependencies = {} } = one.manifest
  const check = (names: readonly string[], shipped: boolean): string[] =>
    names.flatMap((name) => {
      const entry = packages.some((other) => other.name === name && (other.kind !== 'framework' || isManager(name))) ? `${name}/${one.kind === 'framework' ? 'cli' : 'contract'}` : name
      const reason = refusal(one, packages, entry, shipped)
      return reason === undefined ? [] : [`${one.folder}/package.json depends on "${name}": ${reason}`]
    })
  return [...check(Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies }), true), ...check(Object.keys(devDependencies), false)]
}

function refusal(one: Package, packages: readonly Package[], specifier: string, shipped: boolean): string | undefined {
  if (one.kind === 'root') return undefined
  const name = packageOf(specifier)
  if (name === one.name) return undefined
  const owner = owners.find(({ what }) => what.test(name))
  if (owner) return owner.owner === one.folder || (!shipped && owner.tests.includes(one.folder)) ? undefined : `only ${owner.owner} knows it`
  const target = packages.find((other) => other.name === name)
  if (target === undefined && !name.startsWith(scope)) return undefined
  return one.kind === 'framework' ? frameworkRefusal(one, specifier, shipped) : pluginRefusal(target, specifier, shipped)
}

function frameworkRefusal(one: Package, specifier: string, shipped: boolean): string | undefined {
  const name = packageOf(specifier)
  const allowed = below[one.name.slice(scope.length)]
  if (one.name === `${scope}cli` && commanding.includes(name.slice(scope.length))) return specifier === `${name}/cli` ? undefined : 'of plugins the cli knows only "/cli"'
  if (allowed === undefined) return `"${one.name}" has no place in the arrows yet (test/rules/arrows.ts)`
  const names = shipped ? allowed.ships : [...allowed.ships, ...allowed.tests]
  return names.includes(name.slice(scope.length)) ? undefined : `${one.folder} stands on ${names.join(', ') || 'nothing of ours'}`
}

function pluginRefusal(target: Package | undefined, specifier: string, shipped: boolean): string | undefined {
  // What is pure may be known by each of its entries; of the kernel, hosts know more than plugins.
  if (pure.some((name) => packageOf(specifier) === scope + name)) return undefined
  if (['kernel', ...(shipped ? [] : ['testing', 'nats-server'])].some((name) => specifier === scope + name)) return undefined
  const isContract = specifier === `${packageOf(specifier)}/contract`
  if (isManager(packageOf(specifier))) return isContract ? undefined : 'plugins know of the manager only "/contract"'
  if (target === undefined || target.kind === 'framework') return 'plugins stand on contract, expression and kernel'
  // Tests use real parts: a page is tested with the gateway that serves it.
  return isContract || !shipped ? undefined : 'of another plugin only "/contract" may be known'
}

function isManager(name: string): boolean {
  return name === `${scope}manager`
}

function awilixFiles(one: Package): string[] {
  const users = one.sources.filter(({ path, text }) => importsOf(path, text).includes('awilix')).map(({ path }) => path)
  return users.length > 1 ? [`${users.join(', ')} import "awilix": one file does`] : []
}
