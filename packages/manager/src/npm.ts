import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { codeOf } from '@caruso/contract'
import { ManagerError } from './errors.ts'

const timeLimitMs = 300_000
const keptBytes = 8_192

/**
 * Runs npm in a folder, without scripts of packages.
 *
 * @throws ManagerError `INSTALL_FAILED` with the last lines that npm wrote
 */
export async function runNpm(command: 'install' | 'pack', args: readonly string[], folder: string): Promise<void> {
  const all = [command, ...args, '--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error']
  // Windows starts npm.cmd by a shell only; every argument comes from an allow-list without quotes.
  const windows = process.platform === 'win32'
  const npm = spawn('npm', windows ? all.map((argument) => `"${argument}"`) : all, { cwd: folder, shell: windows, stdio: ['ignore', 'ignore', 'pipe'], timeout: timeLimitMs })
  let said = ''
  npm.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-keptBytes)
  })
  const status = await statusOf(npm)
  if (status !== 0) throw new ManagerError('INSTALL_FAILED', `Ran npm ${[command, ...args].join(' ')}: ${said.trim() || `it ended with ${status ?? 'a signal'}`}`)
}

async function statusOf(npm: ReturnType<typeof spawn>): Promise<number | null> {
  try {
    await once(npm, 'close')
    return npm.exitCode
  } catch (error) {
    throw new ManagerError('INSTALL_FAILED', `Ran npm: ${codeOf(error) === 'ENOENT' ? 'it is not installed' : String(error)}`, { cause: error })
  }
}
