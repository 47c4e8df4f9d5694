#!/usr/bin/env node
// Plain JavaScript for any Node: one clear line on an old one, and the sources where they lie beside it.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const needed = 24
const found = Number.parseInt(process.versions.node, 10)
if (found < needed) {
  console.error(`caruso needs Node ${needed} or newer: this is ${process.version} (${process.execPath}). In a project with caruso installed, start it by "npx caruso" or an npm script.`)
  process.exit(1)
}

const source = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const entry = existsSync(source) ? ['--conditions=source', source] : [fileURLToPath(new URL('../dist/main.js', import.meta.url))]
// On a big machine V8 lets the space of young objects grow to 64 MB twice over. With less than these 16 a host under load collects all
// of its memory again and again, which holds callers up for some hundred milliseconds. V8 gives them back where there is nothing to do.
const young = '--max-semi-space-size=16'
// For `compactHeap` at the end of a start.
const collector = '--expose-gc'
// Two threads help V8 instead of four, which with what the C library reserves for each is 4 MB.
const helpers = '--v8-pool-size=2'
// A thread whose plugin is TypeScript strips its types by WebAssembly. V8 has ended a process as it compiled a wrapper of such calls
// and freed another (nodejs/node#64500 is about the same part); so they are not compiled. Other versions may not know the option.
const wrappers = '--wasm-wrapper-tiering-budget=1000000000'
// What lived through some collections of young objects V8 would lay among the old ones from the beginning, rows that are read
// for one answer too, where they and all that they hold stay until everything is collected (docs/adr/0040).
const allYoung = '--no-allocation-site-pretenuring'
// What was compiled once need not be again: a command takes a third less. Where the folder cannot be written, Node does without.
const { HOME, XDG_CACHE_HOME } = process.env
const caches = XDG_CACHE_HOME || (HOME && join(HOME, '.cache'))
const env = { ...(caches && { NODE_COMPILE_CACHE: join(caches, 'caruso') }), ...process.env }
const args = [young, collector, helpers, ...(found === needed ? [wrappers, allYoung] : []), ...entry, ...process.argv.slice(2)]
if (typeof process.execve === 'function' && process.platform !== 'win32') {
  process.removeAllListeners('warning')
  process.on('warning', () => {})
  process.execve(process.execPath, [process.execPath, ...args], env)
}
process.exit(spawnSync(process.execPath, args, { stdio: 'inherit', env }).status ?? 1)
