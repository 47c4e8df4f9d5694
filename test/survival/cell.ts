/** What is killed in one way: how a component is isolated, and whether it holds state. */
export interface Cell {
  readonly isolation: 'inline' | 'worker' | 'process'
  readonly state: 'with' | 'without'
}

export const cells: readonly Cell[] = (['inline', 'worker', 'process'] as const).flatMap((isolation) => (['without', 'with'] as const).map((state) => ({ isolation, state })))

export function nameOfCell({ isolation, state }: Cell): string {
  return `${isolation} ${state} state`
}
