import type { TSchema } from '@caruso/contract'
import { isReadable } from './operation-table.ts'
import type { Route } from './operation-table.ts'
import { propertiesOf } from './query-input.ts'

/** A page for people that lists the operations that are offered now; those that can be read by address have a form to try them. */
export function docsPage(routes: readonly Route[]): string {
  const contracts = Map.groupBy(routes, (route) => `${route.contract} ${route.version}`)
  const sections = [...contracts].map(([title, members]) => `<section><h2>${escape(title)}</h2>${members.map(operationOf).join('')}</section>`)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Public operations</title>
<link rel="stylesheet" href="docs/docs.css">
</head>
<body>
<header><h1>Public operations</h1><p>Made from the contracts of the components that run. For machines: <a href="openapi.json">OpenAPI</a>, <a href="metrics">metrics</a>, <a href="health">health</a>.</p></header>
<main>${sections.length === 0 ? '<p>No component offers a public operation at the moment.</p>' : sections.join('\n')}</main>
</body>
</html>
`
}

function operationOf(route: Route): string {
  const { operation, address } = route
  const notes = [operation.stream === undefined ? undefined : 'answers line by line', operation.permission === undefined ? undefined : `needs permission ${operation.permission}`]
  const note = notes.filter((text) => text !== undefined).join(', ')
  return `<article>
<h3><code>${isReadable(route) ? 'GET, POST' : 'POST'} ${escape(address)}</code></h3>
${operation.description === undefined ? '' : `<p>${escape(operation.description)}${note === '' ? '' : ` (${escape(note)})`}</p>`}
${isReadable(route) ? formOf(route) : `<pre tabindex="0">curl -X POST -H 'content-type: application/json' -d '{}' http://localhost…${escape(address)}</pre>`}
<details><summary>Input and ${operation.stream === undefined ? 'output' : 'items'}</summary><pre tabindex="0">${schemaText(operation.input)}</pre><pre tabindex="0">${schemaText(operation.output ?? operation.stream ?? {})}</pre></details>
</article>`
}

function formOf({ address, operation }: Route): string {
  const properties = [...propertiesOf(operation.input)]
  if (properties.length === 0) return `<p><a href="${escape(address.slice(1))}">Try it</a></p>`
  const required = 'required' in operation.input && Array.isArray(operation.input.required) ? operation.input.required : []
  // An empty field would be sent as an empty text, so only what is needed has a field.
  const needed = properties.filter(([name]) => required.includes(name))
  const fields = needed.map(([name]) => `<label>${escape(name)} <input name="${escape(name)}" required></label>`)
  return `<form action="${escape(address.slice(1))}">${fields.join(' ')} <button>Try it</button></form>`
}

function schemaText(schema: TSchema): string {
  return escape(JSON.stringify(schema, undefined, 2))
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
