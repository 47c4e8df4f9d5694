export { contract, namePattern } from './contract.ts'
export type {
  Client,
  Contract,
  DeepReadonly,
  EventDeclaration,
  Events,
  Implementation,
  InputOf,
  ItemOf,
  Operation,
  OperationClient,
  OperationHandler,
  Operations,
  OutputOf,
  PayloadOf,
} from './contract.ts'
export type { Resumable } from './resumable.ts'
export { narrow } from './call.ts'
export type { Call, CallChange, Caller } from './call.ts'
export { Type, Value } from './typebox.ts'
export type { Static, TSchema } from './typebox.ts'
export { defineCommands } from './commands.ts'
export type { Command, CommandContext, Commands, InstalledAssembly, InstalledPlugin, LiveAssembly, LiveInstance, Terminal } from './commands.ts'
export { checkOf } from './check.ts'
export type { Check } from './check.ts'
export { CarusoError, codeOf, ContractError, fromWireError, isCarusoError, messageOf, toWireError } from './errors.ts'
export type { WireError } from './errors.ts'
export { isCompatibleVersion } from './version.ts'
export { compare } from './compare.ts'
export type { Break, BreakCode, Comparison } from './compare.ts'
export { describeValue } from './describe-value.ts'
export { didYouMean, nearest } from './did-you-mean.ts'
export { deepFreeze } from './deep-freeze.ts'
