import type { Files } from './files.ts'
import { packagesOf } from './workspace.ts'

/** Where docs/dependencies.md and what the packages declare differ. */
export function dependencyTable(files: Files): string[] {
  const rows = new Map([...(files.get('docs/dependencies.md') ?? '').matchAll(/^\| `([^`]+)` \|([^\n]*)$/gm)].map(([, name = '', rest = '']) => [name, rest.split('|').map((cell) => cell.trim())]))
  const declared = new Set(packagesOf(files).flatMap(({ manifest }) => Object.keys({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies })))
  const theirs = [...declared].filter((name) => !name.startsWith('@caruso/') && !name.startsWith('@caruso-examples/'))
  return [
    ...theirs.filter((name) => !rows.has(name)).map((name) => `docs/dependencies.md does not name "${name}"`),
    ...[...rows.keys()].filter((name) => !declared.has(name)).map((name) => `docs/dependencies.md names "${name}": no package declares it`),
    ...[...rows].filter(([, cells]) => cells.slice(0, 4).some((cell) => cell === '') || cells.length < 4).map(([name]) => `docs/dependencies.md has empty cells for "${name}"`),
  ]
}

/** Decision records are `docs/adr/NNNN-what.md`, numbered from 0001 without a gap, and begin with a heading. */
export function decisionRecords(files: Files): string[] {
  const names = [...files.keys()].filter((path) => path.startsWith('docs/adr/')).map((path) => path.slice('docs/adr/'.length)).filter((name) => name !== 'README.md')
  const numbered = names.filter((name) => /^\d{4}-[a-z0-9]+(-[a-z0-9]+)*\.md$/.test(name)).toSorted()
  return [
    ...names.filter((name) => !numbered.includes(name)).map((name) => `docs/adr/${name} is not named as NNNN-what.md`),
    ...numbered.flatMap((name, index) => (Number(name.slice(0, 4)) === index + 1 ? [] : [`docs/adr/${name} is number ${index + 1} in order`])),
    ...numbered.filter((name) => !files.get(`docs/adr/${name}`)?.startsWith('# ')).map((name) => `docs/adr/${name} does not begin with a heading`),
  ]
}
