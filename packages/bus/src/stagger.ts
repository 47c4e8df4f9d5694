const golden = (Math.sqrt(5) - 1) / 2

/** Numbers from 0 to below 1 that lie evenly however many are taken, so that what begins together does not act together. */
export function stagger(begin: number): () => number {
  let at = begin
  return () => {
    at = (at + golden) % 1
    return at
  }
}
