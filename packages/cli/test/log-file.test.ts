import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run, temporaryFolder } from '../../../test/command.ts'

const source = join(import.meta.dirname, '../src/log-file.ts')
const script = `
import { openLog } from ${JSON.stringify(source)}
import { truncateSync } from 'node:fs'
const log = openLog('caruso.log', (line) => console.error(line))
for (let n = 0; n < 15; n++) log.info('a line that takes its room')
truncateSync('caruso.log')
log.info('the last one')
console.log('goes on')
`

test.skipIf(process.platform === 'win32')('a log that cannot be written is told once, ends nobody, and goes on once there is room', async () => {
  const folder = temporaryFolder()
  // The largest file that the process may write stands for a full disk.
  const { code, output, errors } = await run(folder, 'sh', '-c', 'ulimit -f 2; exec "$0" --conditions=source --input-type=module -e "$1"', process.execPath, script)
  expect({ code, output, errors }).toEqual({ code: 0, output: 'goes on\n', errors: 'warning: Wrote log "caruso.log": EFBIG: file too large, write\n' })
  expect(readFileSync(join(folder, 'caruso.log'), 'utf8')).toMatch(/"msg":"a line that takes its room"}\n.*"msg":"the last one"}\n$/)
})
