import { explain } from '@caruso/expression'
import type { Edge } from '../check/graph.ts'
import type { Subject } from '../check/subject.ts'
import type { Wording } from './wording.ts'

/** Why this way was taken; nothing to say where there is no other. */
export function wayWords(edge: Edge, subject: Subject, { phrases, texts }: Wording): string | undefined {
  if (edge.kind === 'error') return texts['way.error']
  if (edge.event !== undefined) return texts[`way.${edge.event.event}`]?.replace('{count}', new Intl.NumberFormat(phrases['locale']).format(Number(edge.event.count.text)))
  const term = edge.test === undefined ? undefined : subject.term(edge.test)
  if (term !== undefined) return explain(term, phrases)
  return edge.from.kind !== 'end' && edge.from.onward.length > 1 ? texts['way.otherwise'] : undefined
}
