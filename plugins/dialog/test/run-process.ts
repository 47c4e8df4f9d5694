import { runScript, type RunInput } from '../src/commands/run.ts'
import { exampleScripts } from './examples.ts'

/** Holds a dialog of the example, as `caruso dialog run` does it: `run-process.ts debtor '{"lang":"nb"}' [json]`. */
const [, , name = '', input = '{}', json] = process.argv
const script = exampleScripts().get(name)
if (script === undefined) throw new Error(`The example has no dialog "${name}"`)
const terminal = { json: json === 'json', answer: (value: unknown, text: () => string) => process.stdout.write(`${json === 'json' ? JSON.stringify(value) : text()}\n`), progress: () => undefined }
await runScript(script, JSON.parse(input) as RunInput, { terminal }, () => Promise.resolve(undefined))
