import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { DatabaseServers, type MysqlPrograms } from './database-servers.ts'

declare module 'vitest' {
  /** Programs of this machine that tests may start: the path of each, or undefined where it is missing. */
  interface ProvidedContext {
    readonly natsServer: string | undefined
    readonly chromium: string | undefined
    /** What stands behind the kind `mysql`: MariaDB, or the MySQL whose server `CARUSO_TEST_MYSQL` names. */
    readonly mysql: 'MariaDB' | 'MySQL' | undefined
    /** Where `freshDatabase` asks for one. */
    readonly databases: string
  }
}

/** A program that some tests need, and the Debian package that brings it. */
interface Program {
  readonly names: readonly string[]
  readonly debianPackage: string
}

const programs = {
  natsServer: { names: ['nats-server'], debianPackage: 'nats-server' },
  chromium: { names: ['chromium', 'chromium-browser', 'google-chrome'], debianPackage: 'chromium' },
  mariadb: { names: ['mariadbd'], debianPackage: 'mariadb-server' },
} satisfies Record<string, Program>

/** Looks for the programs once per test run, and refuses a run that may skip nothing on a machine that lacks one; returns what ends the run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  requireNode()
  const missing = missingPrograms()
  if (process.env['CARUSO_TEST_ALL'] === '1' && missing.length > 0) throw new Error(`Run every test, as CARUSO_TEST_ALL=1 asks: ${missing.join(', ')}`)
  project.provide('natsServer', findProgram(programs.natsServer))
  project.provide('chromium', findProgram(programs.chromium))
  const mysql = mysqlPrograms()
  project.provide('mysql', mysql && (mysql.install === undefined ? 'MySQL' : 'MariaDB'))
  const databases = new DatabaseServers(mysql)
  project.provide('databases', await databases.open())
  // What commands compile, they share for this run.
  const cache = mkdtempSync(join(tmpdir(), 'caruso-cache-'))
  process.env['XDG_CACHE_HOME'] = cache
  return async () => {
    await databases.close()
    rmSync(cache, { recursive: true, force: true })
  }
}

/** What this machine lacks, each with the command that brings it. */
export function missingPrograms(): string[] {
  return Object.values(programs).flatMap((program) => (findProgram(program) === undefined ? [`${program.names[0]} not found (apt-get install ${program.debianPackage})`] : []))
}

/** The server, with what makes its folder and what makes databases in it, which the same package brings. */
function mysqlPrograms(): MysqlPrograms | undefined {
  const [mariadb, install, client] = [programs.mariadb, { names: ['mariadb-install-db'] }, { names: ['mariadb', 'mysql'] }].map(findProgram)
  const mysql = process.env['CARUSO_TEST_MYSQL']
  if (client === undefined) return undefined
  if (mysql !== undefined) return { server: mysql, install: undefined, client }
  return mariadb === undefined || install === undefined ? undefined : { server: mariadb, install, client }
}

function findProgram(program: Pick<Program, 'names'>): string | undefined {
  // Debian keeps servers in /usr/sbin, which the path of an ordinary user leaves out.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin']
  return folders.flatMap((folder) => program.names.map((name) => join(folder, name))).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function requireNode(): void {
  if (Number.parseInt(process.versions.node) < 24) throw new Error(`Ran the tests on Node ${process.versions.node}: expected 24 or newer (npm test brings its own)`)
}
