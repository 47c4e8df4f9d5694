import { readFileSync } from 'node:fs'
import { DtdValidator, ParseOption, XmlDocument, XmlDtd, XmlParseError, XmlValidateError } from 'libxml2-wasm'
import { declarationsOf } from './declarations.ts'
import { explainDtd } from './explain-dtd.ts'
import type { Problem } from './problem.ts'
import type { Element } from './xml-tree.ts'

/** The published DTD, as `caruso dialog dtd` prints it. */
export const dtdText: string = readFileSync(new URL('../dialog.dtd', import.meta.url), 'utf8')

const declarations = declarationsOf(dtdText)

/** What of a well-formed script does not follow the DTD. That something does not, a validator of XML says; what it is, we. */
export function checkDtd(text: string, root: Element): readonly Problem[] {
  const refused = refusal(text)
  if (refused === undefined) return []
  const explained = explainDtd(root, declarations)
  return explained.length > 0 ? explained : [{ rule: 'dtd', level: 'error', place: root.place, message: refused }]
}

function refusal(text: string): string | undefined {
  try {
    using dtd = XmlDtd.fromString(dtdText)
    using validator = new DtdValidator(dtd)
    using document = XmlDocument.fromString(text, { option: ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE })
    validator.validate(document)
    return undefined
  } catch (error) {
    if (!(error instanceof XmlValidateError || error instanceof XmlParseError)) throw error
    return error.message.trim()
  }
}
