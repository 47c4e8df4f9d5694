import type { StartNode } from '@caruso/kernel'

/** A start-up as lines of text, one per part, indented by branches. */
export function printStartTree(node: StartNode): string {
  return lines(node).join('\n')
}

function lines(node: StartNode): string[] {
  const below = node.parts.flatMap((part, index) => {
    const last = index === node.parts.length - 1
    return lines(part).map((line, depth) => (depth === 0 ? `${last ? '└─' : '├─'} ${line}` : `${last ? '  ' : '│ '} ${line}`))
  })
  return [`${node.name} ${Math.round(node.ms)} ms`, ...below]
}
