/** How long a part of the start took, and of what parts it consisted. */
export interface StartNode {
  readonly name: string
  readonly ms: number
  readonly parts: readonly StartNode[]
}
