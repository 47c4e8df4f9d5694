import { hasWildcard } from './subject.ts'

/** What a sublist needs to know of a subscription. */
export interface Interest {
  readonly subject: string
  readonly queue: string | undefined
}

/** Who gets a message: each of `plain`, and one out of each of `queues`. A snapshot, never changed. */
export interface Matches<S> {
  readonly plain: readonly S[]
  readonly queues: readonly (readonly S[])[]
}

interface Bucket<S> {
  readonly plain: Set<S>
  readonly queues: Map<string, Set<S>>
  /** Made when first asked for, dropped at a change: reply subjects are new each time, their bucket is the same. */
  matches: Matches<S> | undefined
}

interface Node<S> {
  readonly next: Map<string, Node<S>>
  readonly here: Bucket<S>
}

const cacheLimit = 4096
const nobody: Matches<never> = { plain: [], queues: [] }

/**
 * Finds the subscriptions that match a subject: literal ones in a map, patterns in a trie of tokens.
 * Results are cached; a literal subscription drops one cached result, a pattern drops all.
 */
export class Sublist<S extends Interest> {
  readonly #literals = new Map<string, Bucket<S>>()
  readonly #patterns: Node<S> = createNode()
  readonly #cache = new Map<string, Matches<S>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  add(interest: S): void {
    const bucket = hasWildcard(interest.subject) ? this.#patternBucket(interest.subject) : this.#literalBucket(interest.subject)
    bucket.matches = undefined
    this.#size++
    this.#invalidate(interest.subject)
    if (interest.queue === undefined) {
      bucket.plain.add(interest)
      return
    }
    const members = bucket.queues.get(interest.queue)
    if (members === undefined) bucket.queues.set(interest.queue, new Set([interest]))
    else members.add(interest)
  }

  remove(interest: S): void {
    this.#size--
    this.#invalidate(interest.subject)
    if (hasWildcard(interest.subject)) {
      removeFromTrie(this.#patterns, interest.subject.split('.'), 0, interest)
      return
    }
    const bucket = this.#literals.get(interest.subject)
    if (bucket === undefined) return
    removeFromBucket(bucket, interest)
    if (isEmptyBucket(bucket)) this.#literals.delete(interest.subject)
  }

  match(subject: string): Matches<S> {
    const cached = this.#cache.get(subject)
    if (cached !== undefined) return cached
    const found = this.#find(subject)
    // Reply subjects are used once, so the cache fills with them: dropping everything is cheaper than keeping an order.
    if (this.#cache.size >= cacheLimit) this.#cache.clear()
    this.#cache.set(subject, found)
    return found
  }

  #find(subject: string): Matches<S> {
    const buckets: Bucket<S>[] = []
    const literal = this.#literals.get(subject)
    if (literal !== undefined) buckets.push(literal)
    // A published subject may contain wildcards as plain tokens, but no empty ones.
    if (this.#patterns.next.size > 0) collect(this.#patterns, subject.split('.'), 0, buckets)
    const first = buckets[0]
    if (first === undefined || !isValidTokens(subject)) return nobody
    return buckets.length === 1 ? (first.matches ??= merge(buckets)) : merge(buckets)
  }

  #literalBucket(subject: string): Bucket<S> {
    const known = this.#literals.get(subject)
    if (known !== undefined) return known
    const bucket = createBucket<S>()
    this.#literals.set(subject, bucket)
    return bucket
  }

  #patternBucket(subject: string): Bucket<S> {
    let node = this.#patterns
    for (const token of subject.split('.')) {
      const next = node.next.get(token) ?? createNode<S>()
      node.next.set(token, next)
      node = next
    }
    return node.here
  }

  #invalidate(subject: string): void {
    if (hasWildcard(subject)) this.#cache.clear()
    else this.#cache.delete(subject)
  }
}

function createBucket<S>(): Bucket<S> {
  return { plain: new Set(), queues: new Map(), matches: undefined }
}

function createNode<S>(): Node<S> {
  return { next: new Map(), here: createBucket() }
}

function isEmptyBucket<S>(bucket: Bucket<S>): boolean {
  return bucket.plain.size === 0 && bucket.queues.size === 0
}

function removeFromBucket<S extends Interest>(bucket: Bucket<S>, interest: S): void {
  bucket.matches = undefined
  if (interest.queue === undefined) {
    bucket.plain.delete(interest)
    return
  }
  const members = bucket.queues.get(interest.queue)
  members?.delete(interest)
  if (members?.size === 0) bucket.queues.delete(interest.queue)
}

/** Also cuts the branches that have become empty; returns whether `node` has. */
function removeFromTrie<S extends Interest>(node: Node<S>, tokens: readonly string[], depth: number, interest: S): boolean {
  const token = tokens[depth]
  if (token === undefined) {
    removeFromBucket(node.here, interest)
  } else {
    const next = node.next.get(token)
    if (next !== undefined && removeFromTrie(next, tokens, depth + 1, interest)) node.next.delete(token)
  }
  return node.next.size === 0 && isEmptyBucket(node.here)
}

function collect<S>(node: Node<S>, tokens: readonly string[], depth: number, into: Bucket<S>[]): void {
  const token = tokens[depth]
  if (token === undefined) {
    if (!isEmptyBucket(node.here)) into.push(node.here)
    return
  }
  const rest = node.next.get('>')
  if (rest !== undefined) into.push(rest.here)
  const any = node.next.get('*')
  if (any !== undefined) collect(any, tokens, depth + 1, into)
  if (token === '*' || token === '>') return
  const exact = node.next.get(token)
  if (exact !== undefined) collect(exact, tokens, depth + 1, into)
}

function isValidTokens(subject: string): boolean {
  return !subject.startsWith('.') && !subject.endsWith('.') && !subject.includes('..')
}

/** Groups of the same name are one group, whatever pattern their members subscribed to. */
function merge<S>(buckets: readonly Bucket<S>[]): Matches<S> {
  const queues = new Map<string, S[]>()
  for (const bucket of buckets) {
    for (const [name, members] of bucket.queues) queues.set(name, [...(queues.get(name) ?? []), ...members])
  }
  return { plain: buckets.flatMap((bucket) => [...bucket.plain]), queues: [...queues.values()] }
}
