import type { Problem } from '../problem.ts'
import { warning, type Rule } from './subject.ts'

/** Conditions that always hold, or never. */
export const constantConditions: Rule = (subject) =>
  subject.sources.flatMap(({ source, kind }): readonly Problem[] => {
    if (kind !== 'condition' && kind !== 'relevant') return []
    const term = subject.term(source)
    return term !== undefined && 'value' in term ? [warning('constant', source.place, `This ${term.value === true ? 'always' : 'never'} holds, so nothing depends on it`)] : []
  })
