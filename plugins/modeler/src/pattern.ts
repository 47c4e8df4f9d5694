/** Says of a whole text whether it matches, in time that grows with the text's length and no faster. */
export interface Pattern {
  matches(text: string): boolean
}

/** A pattern that is not one, or could take more than linear time. */
export interface PatternMistake {
  readonly expected: string
  readonly found: string
}

const mostSteps = 5_000

/**
 * A regular expression as an automaton whose states are walked all at once (Thompson), so that no text makes it go back.
 *
 * JavaScript's own goes back: one slip in a file, such as `(a+)+b`, and a text of forty characters from anybody stops
 * all calls of the host for hours. No rule about patterns tells those apart, and an engine that does not go back
 * (RE2) comes as native code or WebAssembly, for the few patterns of a model.
 *
 * It has characters, `.`, classes, groups, `|`, `* + ?`, `{n,m}`, `\d \w \s` and their opposites; the rest is refused.
 */
export function compilePattern(source: string): Pattern | PatternMistake {
  const automaton: State[] = []
  const reader = new PatternReader(source, automaton)
  const whole = reader.read()
  if ('expected' in whole) return whole
  const end = automaton.push({ next: [] }) - 1
  for (const state of whole.ends) automaton[state]?.next.push(end)
  return { matches: (text) => run(automaton, whole.start, end, text) }
}

/** Whether a character leads on. */
type Test = (character: string) => boolean

interface State {
  /** The characters that lead on; without it, the step takes none. */
  readonly test?: Test
  readonly next: number[]
}

/** A piece of an automaton: where it begins, and the states whose next is not known yet. */
interface Piece {
  readonly start: number
  readonly ends: readonly number[]
}

function run(automaton: readonly State[], start: number, end: number, text: string): boolean {
  let current = closure(automaton, [start])
  for (const character of text) {
    const next: number[] = []
    for (const index of current) {
      const state = automaton[index]
      if (state?.test?.(character)) next.push(...state.next)
    }
    current = closure(automaton, next)
    if (current.size === 0) return false
  }
  return current.has(end)
}

function closure(automaton: readonly State[], from: readonly number[]): Set<number> {
  const reached = new Set<number>()
  const waiting = [...from]
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    if (reached.has(index)) continue
    reached.add(index)
    const state = automaton[index]
    if (state && !state.test) waiting.push(...state.next)
  }
  return reached
}

function testOf(character: string | Test): Test {
  return typeof character === 'string' ? (found) => found === character : character
}

class PatternReader {
  readonly #source: readonly string[]
  readonly #automaton: State[]
  #at = 0
  /** How often anything was made, also what was thrown away again: groups within groups are read many times. */
  #made = 0
  #mistake: PatternMistake | undefined

  constructor(source: string, automaton: State[]) {
    // A sign that is escaped stands behind an odd number of backslashes.
    const bare = source.replace(/^\^/, '').replace(/(?<=(?<!\\)(?:\\\\)*)\$$/, '')
    this.#source = Array.from(bare)
    this.#automaton = automaton
  }

  read(): Piece | PatternMistake {
    const piece = this.#choice(0)
    if (this.#at < this.#source.length) this.#fail('a pattern whose brackets match', `")" too many`)
    return this.#mistake ?? piece
  }

  #choice(depth: number): Piece {
    if (depth > 32) return this.#fail('at most 32 groups within each other', 'more')
    const branches = [this.#sequence(depth)]
    while (this.#take('|')) branches.push(this.#sequence(depth))
    const [only] = branches
    if (branches.length === 1 && only) return only
    return { start: this.#state(branches.map(({ start }) => start)), ends: branches.flatMap(({ ends }) => ends) }
  }

  #sequence(depth: number): Piece {
    let piece = this.#empty()
    while (this.#mistake === undefined && this.#at < this.#source.length && !this.#sees('|') && !this.#sees(')')) piece = this.#join(piece, this.#repeated(depth))
    return piece
  }

  #repeated(depth: number): Piece {
    const [begin, first] = [this.#at, this.#automaton.length]
    let piece = this.#atom(depth)
    const end = this.#at
    const [least, most] = this.#quantifier()
    if (least === 1 && most === 1) return piece
    // Read once more for each time, for a piece of an automaton stands in one place only.
    this.#automaton.length = first
    const copy = (): Piece => {
      const after = this.#at
      this.#at = begin
      const made = this.#atom(depth)
      this.#at = after
      return made
    }
    piece = this.#empty()
    for (let time = 0; time < least && this.#mistake === undefined; time++) piece = this.#join(piece, copy())
    if (most === Infinity) piece = this.#join(piece, this.#loop(copy()))
    else for (let time = least; time < most && this.#mistake === undefined; time++) piece = this.#join(piece, this.#optional(copy()))
    return end === begin ? this.#fail('something to repeat', 'nothing') : piece
  }

  #atom(depth: number): Piece {
    const character = this.#source[this.#at++]
    if (character === '(') return this.#group(depth)
    if (character === '[') return this.#one(this.#class())
    if (character === '.') return this.#one((found) => !/[\n\r\u2028\u2029]/.test(found))
    if (character === '\\') return this.#one(testOf(this.#escape()))
    if (character === undefined || '*+?{'.includes(character)) return this.#fail('something to repeat', `${JSON.stringify(character ?? '')} at character ${this.#at}`)
    if ('^$'.includes(character)) return this.#fail('a pattern of the whole text', `${JSON.stringify(character)} in its middle`)
    return this.#one((found) => found === character)
  }

  #group(depth: number): Piece {
    if (this.#take('?') && !this.#take(':')) return this.#fail('a pattern without look-around and names', `"(?${this.#source[this.#at] ?? ''}" at character ${this.#at - 1}`)
    const piece = this.#choice(depth + 1)
    return this.#take(')') ? piece : this.#fail('a pattern whose brackets match', 'a ")" too few')
  }

  #class(): Test {
    const negative = this.#take('^')
    const tests: Test[] = []
    while (this.#at < this.#source.length && !this.#sees(']')) {
      const low = this.#member()
      if (typeof low !== 'string' || !this.#sees('-') || this.#source[this.#at + 1] === ']') tests.push(testOf(low))
      else {
        this.#at++
        tests.push(this.#range(low, this.#member()))
      }
    }
    if (!this.#take(']')) this.#fail('a pattern whose brackets match', 'a "]" too few')
    return (found) => tests.some((test) => test(found)) !== negative
  }

  /** A character of a class, or several that have one escape. */
  #member(): string | Test {
    return this.#take('\\') ? this.#escape() : (this.#source[this.#at++] ?? '')
  }

  #range(low: string, high: string | Test): Test {
    const [first, last] = [low.codePointAt(0) ?? 0, typeof high === 'string' ? (high.codePointAt(0) ?? 0) : -1]
    if (last < first) this.#fail('a range from a lower to a higher character', `"-" after ${JSON.stringify(low)}`)
    return (found) => (found.codePointAt(0) ?? 0) >= first && (found.codePointAt(0) ?? 0) <= last
  }

  #escape(): string | Test {
    const escaped = this.#source[this.#at++] ?? ''
    const known = { d: /^\d$/, D: /^\D$/u, w: /^\w$/, W: /^\W$/u, s: /^\s$/, S: /^\S$/u }[escaped]
    if (known) return (found) => known.test(found)
    if (/^[\dA-Za-z]?$/.test(escaped)) this.#fail('one of \\d \\D \\w \\W \\s \\S, or a sign after the backslash', JSON.stringify(`\\${escaped}`))
    return escaped
  }

  #quantifier(): readonly [number, number] {
    if (this.#take('*')) return [0, Infinity]
    if (this.#take('+')) return [1, Infinity]
    if (this.#take('?')) return [0, 1]
    const [text, least = '', comma, most = ''] = /^\{(\d{1,3})(,?)(\d{0,3})\}/.exec(this.#source.slice(this.#at, this.#at + 9).join('')) ?? []
    if (text === undefined) return [1, 1]
    this.#at += text.length
    const times = [Number(least), comma === '' ? Number(least) : most === '' ? Infinity : Number(most)] as const
    if (times[0] > times[1]) this.#fail('as many repetitions at most as at least', text)
    return times
  }

  #one(test: Test): Piece {
    const start = this.#automaton.push({ test, next: [] }) - 1
    if (++this.#made > mostSteps) return this.#fail(`a pattern of at most ${mostSteps} steps`, 'more')
    return { start, ends: [start] }
  }

  #empty(): Piece {
    const start = this.#state([])
    return { start, ends: [start] }
  }

  #loop(piece: Piece): Piece {
    const start = this.#state([piece.start])
    for (const end of piece.ends) this.#automaton[end]?.next.push(start)
    return { start, ends: [start] }
  }

  #optional(piece: Piece): Piece {
    const start = this.#state([piece.start])
    return { start, ends: [...piece.ends, start] }
  }

  #join(first: Piece, second: Piece): Piece {
    for (const end of first.ends) this.#automaton[end]?.next.push(second.start)
    return { start: first.start, ends: second.ends }
  }

  #state(next: number[]): number {
    if (++this.#made > mostSteps) this.#fail(`a pattern of at most ${mostSteps} steps`, 'more')
    return this.#automaton.push({ next }) - 1
  }

  #sees(character: string): boolean {
    return this.#source[this.#at] === character
  }

  #take(character: string): boolean {
    if (!this.#sees(character)) return false
    this.#at++
    return true
  }

  #fail(expected: string, found: string): Piece {
    this.#mistake ??= { expected, found }
    this.#at = this.#source.length
    return { start: 0, ends: [] }
  }
}
