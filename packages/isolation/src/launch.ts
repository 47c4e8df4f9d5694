/** Megabytes of memory that an isolated component may use for JavaScript, and of those for young objects. */
export const launchLimits = { heap: 512, young: 6 } as const

/** How the host was told to resolve packages, for whatever it starts to resolve them alike. */
export function launchConditions(): string[] {
  const isCondition = (argument: string | undefined): boolean => argument === '--conditions' || argument === '-C'
  return process.execArgv.filter((argument, index, all) => isCondition(argument) || argument.startsWith('--conditions=') || isCondition(all[index - 1]))
}

/** An isolated component sees nothing of the host's environment but what a program needs to run. */
export function launchEnvironment(): NodeJS.ProcessEnv {
  const passed = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'TEMP', 'SystemRoot', 'NODE_ENV']
  return Object.fromEntries(passed.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])))
}
