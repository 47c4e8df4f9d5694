/** One fenced block of a guide. */
export interface Block {
  /** What is written behind the fence, such as `ts`. */
  readonly language: string
  /** Where the block is written to, where it says `file=PATH`. */
  readonly file: string | undefined
  readonly text: string
  /** The line of the guide that it begins at. */
  readonly line: number
}

/** A shell block together with the `text` block below it, which shows what it prints. */
export interface Command extends Block {
  readonly prints: string | undefined
}

/** The fenced blocks of a Markdown text, in order. */
export function blocksOf(markdown: string): Block[] {
  const lines = markdown.split('\n')
  const blocks: Block[] = []
  let begin: number | undefined
  for (const [index, line] of lines.entries()) {
    if (!line.startsWith('```')) continue
    if (begin === undefined) {
      begin = index
      continue
    }
    const [, language = '', file] = /^```(\S*)(?:\s+file=(\S+))?/.exec(lines[begin] ?? '') ?? []
    blocks.push({ language, file, text: `${lines.slice(begin + 1, index).join('\n')}\n`, line: begin + 1 })
    begin = undefined
  }
  return blocks
}

/** What a reader does, in order: the files to write and the commands to run. */
export function stepsOf(markdown: string): (Block | Command)[] {
  const blocks = blocksOf(markdown)
  return blocks.flatMap((block, index) => {
    if (block.file !== undefined) return [block]
    const next = blocks[index + 1]
    return block.language === 'sh' ? [{ ...block, prints: next?.language === 'text' ? next.text : undefined }] : []
  })
}

/**
 * The first line of what was shown that does not fit what was printed, or undefined where all fits.
 * `…` stands for some characters, and alone on a line for any number of lines.
 */
export function difference(shown: string, printed: string): string | undefined {
  const wanted = linesOf(shown)
  const found = linesOf(printed)
  const fits = (w: number, f: number): boolean => {
    const line = wanted[w]
    if (line === undefined) return f === found.length
    if (line === '…') return fits(w + 1, f) || (f < found.length && fits(w, f + 1))
    return f < found.length && patternOf(line).test(found[f] ?? '') && fits(w + 1, f + 1)
  }
  if (fits(0, 0)) return undefined
  return wanted.find((line) => line !== '…' && !found.some((printedLine) => patternOf(line).test(printedLine))) ?? 'its lines, in another order or number'
}

function linesOf(text: string): string[] {
  return text.trimEnd().split('\n').map((line) => line.trimEnd())
}

function patternOf(line: string): RegExp {
  const parts = line.split('…').map((part) => part.split(/ {2,}/).map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join(' {2,}'))
  return new RegExp(`^${parts.join('.+')}$`)
}
