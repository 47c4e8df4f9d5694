import { readFileSync } from 'node:fs'
import { DtdValidator, ParseOption, XmlDocument, XmlDtd, XmlValidateError } from 'libxml2-wasm'
import type { Problem } from './problem.ts'
import type { Element } from './xml-tree.ts'

/** The published DTD, as `caruso dialog dtd` prints it. */
export const dtdText: string = readFileSync(new URL('../dialog.dtd', import.meta.url), 'utf8')

/** What of a well-formed script does not follow the DTD. */
export function checkDtd(text: string, root: Element): readonly Problem[] {
  using dtd = XmlDtd.fromString(dtdText)
  using validator = new DtdValidator(dtd)
  using document = XmlDocument.fromString(text, { option: ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE })
  try {
    validator.validate(document)
    return []
  } catch (error) {
    if (!(error instanceof XmlValidateError)) throw error
    return error.details.map(({ message, xpath }) => {
      const element = elementAt(root, xpath ?? '') ?? root
      return { rule: 'dtd', level: 'error', place: placeIn(element, message), message: message.trim() }
    })
  }
}

/** The element that a path such as `/dialog/info[2]/prompt` leads to. */
function elementAt(root: Element, path: string): Element | undefined {
  const [, ...steps] = path.split('/').filter((step) => step !== '')
  return steps.reduce<Element | undefined>((from, step) => {
    const [, name, index] = /^([^[]+)(?:\[(\d+)\])?$/.exec(step) ?? []
    return from?.children.filter((child) => typeof child === 'object' && child.name === name)[Number(index ?? 1) - 1] as Element | undefined
  }, root)
}

/** Of an attribute that the message names, the place of its value. */
function placeIn(element: Element, message: string): Element['place'] {
  const attribute = /attribute (?:")?([\w-]+)/i.exec(message)?.[1]
  return attribute === undefined ? element.place : element.placeOf(attribute)
}
