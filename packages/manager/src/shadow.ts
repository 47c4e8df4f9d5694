import { CallContext, type ObservedCall, type ServedOperation } from '@caruso/bus'
import { isCompatibleVersion, type Static } from '@caruso/contract'
import type { Instance } from '@caruso/kernel'
import { agrees } from './agrees.ts'
import { CallSample } from './call-sample.ts'
import type { TrialFigures } from './contract.ts'

/** Questions to the shadow at the same time; what comes beyond is not asked, so that it cannot slow the others down. */
const mostAtOnce = 64
const timeout = 10_000

/** An instance that is asked what another one answered; its answers are compared and used for nothing. */
export class Shadow {
  readonly sample = new CallSample()
  readonly #operations: readonly ServedOperation[]
  readonly #differing = new Map<string, number>()
  #same = 0
  #asking = 0

  constructor(instance: Instance) {
    this.#operations = instance.provider.operations()
  }

  /** Asks too, where the call may be made twice and was answered. */
  ask({ operation, input, call, answer, failure }: ObservedCall): void {
    if (operation.operation.idempotent !== true || operation.operation.stream !== undefined || failure !== undefined || this.#asking >= mostAtOnce) return
    const own = this.#operations.find(({ name, contract }) => name === operation.name && contract.name === operation.contract.name && isCompatibleVersion(contract.version, operation.contract.version))
    if (own === undefined) return
    this.#asking++
    const asked = performance.now()
    const settle = (failed: boolean, same: boolean): void => {
      this.#asking--
      this.sample.add(performance.now() - asked, failed)
      if (same) this.#same++
      else this.#differing.set(operation.name, (this.#differing.get(operation.name) ?? 0) + 1)
    }
    own.run(input, new CallContext(Date.now() + timeout, call.caller, call.trace, undefined, undefined, false)).then(
      (its) => settle(false, agrees(answer, its)),
      () => settle(true, false),
    )
  }

  compared(): NonNullable<Static<typeof TrialFigures>['compared']> {
    return { same: this.#same, differing: [...this.#differing].map(([operation, answers]) => ({ operation, answers })) }
  }
}
