import { didYouMean } from '@caruso/contract'
import type { AttributeDeclaration, Declaration, Part } from './declarations.ts'
import type { Problem } from './problem.ts'
import type { Element } from './xml-tree.ts'

/** Says in the words of dialog scripts where one does not follow the DTD, each mistake once. */
export function explainDtd(root: Element, declarations: ReadonlyMap<string, Declaration>): readonly Problem[] {
  if (root.name !== 'dialog') return [problem('unknown-element', root.place, `Expected the element "dialog" around all others, found "${root.name}"`)]
  const all = everyElement(root)
  // The nodes that were meant, also where the element is misspelt: one mistake is told once.
  const ids = all.slice(1).flatMap(({ attributes }) => (attributes['id'] === undefined ? [] : [attributes['id']]))
  return all.flatMap((element) => {
    const declaration = declarations.get(element.name)
    return declaration === undefined ? [] : [...attributeProblems(element, declaration, ids), ...contentProblems(element, declaration, declarations)]
  }).concat(duplicateIds(all))
}

function attributeProblems(element: Element, { name: tag, attributes }: Declaration, ids: readonly string[]): readonly Problem[] {
  const unknown = Object.keys(element.attributes).filter((name) => !attributes.has(name))
  const missing = [...attributes.values()].filter(({ name, required }) => required && !Object.hasOwn(element.attributes, name))
  // What was meant by an attribute that there is not is not missing too.
  const meant = unknown.map((name) => didYouMean(name, attributes.keys()))
  return [
    ...unknown.map((name, index) => problem('unknown-attribute', element.placeOf(name), `Unknown attribute "${name}" of "${tag}"${meant[index] || `: it has ${listed([...attributes.keys()])}`}`)),
    ...missing.filter(({ name }) => !meant.some((text) => text.includes(`"${name}"`))).map(({ name }) => problem('missing-attribute', element.place, `"${tag}" needs the attribute "${name}"`)),
    ...[...attributes.values()].flatMap((attribute) => (Object.hasOwn(element.attributes, attribute.name) ? valueProblems(element, attribute, ids) : [])),
  ]
}

function valueProblems(element: Element, { name, type }: AttributeDeclaration, ids: readonly string[]): readonly Problem[] {
  const value = element.attributes[name] ?? ''
  const wrong = (expected: string): readonly Problem[] => [problem('wrong-value', element.placeOf(name), `Expected as "${name}" of "${element.name}" ${expected}, found "${value}"`)]
  if (typeof type === 'object') return type.includes(value) ? [] : wrong(`${listed(type, 'or')}${didYouMean(value, type)}`)
  switch (type) {
    case 'ID':
      return isName(value) ? [] : wrong('a name of letters and digits that begins with a letter')
    case 'IDREF':
      if (!isName(value)) return wrong('the id of a node')
      return ids.includes(value) ? [] : [problem('unknown-target', element.placeOf(name), `There is no node "${value}" to go to${didYouMean(value, ids)}`)]
    case 'NMTOKEN':
      return isToken(value) ? [] : wrong('one word of letters, digits, "-", "_" and "."')
    case 'NMTOKENS':
      return value.trim().split(/\s+/).every(isToken) ? [] : wrong('words of letters, digits, "-", "_" and "." with spaces between them')
    case 'CDATA':
      return []
  }
}

function contentProblems(element: Element, declaration: Declaration, declarations: ReadonlyMap<string, Declaration>): readonly Problem[] {
  const children = element.children.filter((child) => typeof child === 'object')
  const allowed = declaration.content.flatMap(({ names }) => names)
  const strangers = children.filter(({ name }) => !allowed.includes(name))
  if (strangers.length > 0) return strangers.map((child) => stranger(child, element, allowed, declarations))
  const isEmpty = declaration.content.length === 0 && !declaration.mixed
  const text = element.children.find((child) => typeof child === 'string' && (isEmpty || child.trim() !== ''))
  if (typeof text === 'string' && !declaration.mixed) return [problem('wrong-content', element.place, `"${element.name}" holds ${allowed.length === 0 ? 'nothing' : `only ${listed(allowed)}`}, found the text "${text.trim().slice(0, 30)}"`)]
  return declaration.mixed ? [] : orderProblems(element, children, declaration.content)
}

function stranger(child: Element, { name: parent }: Element, allowed: readonly string[], declarations: ReadonlyMap<string, Declaration>): Problem {
  if (declarations.has(child.name)) return problem('wrong-content', child.place, `"${child.name}" does not stand in "${parent}": ${allowed.length === 0 ? 'it holds no elements' : `there stand ${listed(allowed)}`}`)
  return problem('unknown-element', child.place, `Unknown element "${child.name}"${didYouMean(child.name, allowed) || didYouMean(child.name, declarations.keys())}`)
}

/** The first child that stands where it may not, or what is missing. */
function orderProblems(parent: Element, children: readonly Element[], content: readonly Part[]): readonly Problem[] {
  let [at, count] = [0, 0]
  for (const child of children) {
    const part = content.findIndex(({ names }, index) => index >= at && names.includes(child.name))
    if (part < 0) return [problem('wrong-content', child.place, `In "${parent.name}", "${child.name}" stands after "${namesOf(content[at])}": the order is ${listed(content.map(namesOf))}`)]
    if (part === at && count > 0 && content[at]?.many === false) return [problem('wrong-content', child.place, `"${parent.name}" has only one "${child.name}", found another`)]
    const left = missing(content.slice(count > 0 ? at + 1 : at, part))
    if (left !== undefined) return [problem('wrong-content', parent.place, `"${parent.name}" needs "${namesOf(left)}" before "${child.name}"`)]
    ;[at, count] = [part, part === at ? count + 1 : 1]
  }
  const left = missing(content.slice(count > 0 ? at + 1 : at))
  return left === undefined ? [] : [problem('wrong-content', parent.place, `"${parent.name}" needs "${namesOf(left)}"${children.length === 0 ? '' : ' at its end'}`)]
}

function missing(parts: readonly Part[]): Part | undefined {
  return parts.find(({ optional }) => !optional)
}

function namesOf(part: Part | undefined): string {
  return (part?.names ?? []).join('" or "')
}

function duplicateIds(elements: readonly Element[]): readonly Problem[] {
  const first = new Map<string, Element>()
  return elements.filter(({ name }) => name !== 'dialog').flatMap((element) => {
    const id = element.attributes['id']
    const other = id === undefined ? undefined : first.get(id)
    if (id !== undefined && other === undefined) first.set(id, element)
    return other === undefined ? [] : [problem('duplicate-id', element.placeOf('id'), `The id "${id}" is taken by the ${other.name} in line ${other.place.line}`)]
  })
}

function everyElement(root: Element): readonly Element[] {
  return [root, ...root.children.flatMap((child) => (typeof child === 'object' ? everyElement(child) : []))]
}

function isName(text: string): boolean {
  return /^[\p{L}_:][\p{L}\p{M}\p{N}._:-]*$/u.test(text)
}

function isToken(text: string): boolean {
  return /^[\p{L}\p{M}\p{N}._:-]+$/u.test(text)
}

function listed(names: readonly string[], joined: 'and' | 'or' = 'and'): string {
  const quoted = names.map((name) => `"${name}"`)
  return quoted.length < 2 ? (quoted[0] ?? '') : `${quoted.slice(0, -1).join(', ')} ${joined} ${quoted.at(-1)}`
}

function problem(rule: string, place: Element['place'], message: string): Problem {
  return { rule, level: 'error', place, message }
}
