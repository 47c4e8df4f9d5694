import type { YAMLError } from 'yaml'

type Code = YAMLError['code']

/** What the codes of the parser mean to somebody who writes a file. */
const meanings: Readonly<Partial<Record<Code, string>>> = {
  TAB_AS_INDENT: 'a tab, where only blanks may stand',
  BAD_INDENT: 'a line that is not indented as those beside it, or a bracket above that is not closed',
  BLOCK_AS_IMPLICIT_KEY: 'a second ": " in what seems to be one line: a line is indented too far, or a text with ": " needs quotes around it',
  MULTILINE_IMPLICIT_KEY: 'a key without ": " behind it, a colon and a blank',
  DUPLICATE_KEY: 'the same key a second time',
  MULTIPLE_DOCS: 'a second document behind "---": a file describes one class',
  BAD_DQ_ESCAPE: 'a backslash that means nothing in double quotes: put the text in single ones',
}

/**
 * What is wrong with a YAML text. Behind a mistake of syntax the parser finds others that are none, so only the first is
 * told; keys that stand twice are told all.
 */
export function yamlMistakes(errors: readonly YAMLError[]): { readonly at: number; readonly found: string }[] {
  const syntax = errors.findIndex(({ code }) => code !== 'DUPLICATE_KEY')
  return (syntax === -1 ? errors : errors.slice(0, syntax + 1)).map(({ code, pos, message }) => ({ at: pos[0], found: meanings[code] ?? `a mistake: ${message}` }))
}
