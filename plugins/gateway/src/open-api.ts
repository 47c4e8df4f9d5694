import type { TSchema } from '@caruso/contract'
import { isReadable } from './operation-table.ts'
import type { Route } from './operation-table.ts'
import { propertiesOf } from './query-input.ts'

type Json = { readonly [name: string]: unknown }

/** An OpenAPI 3.1 document. */
export interface OpenApi {
  readonly openapi: '3.1.1'
  readonly info: Json
  readonly paths: Readonly<Record<string, Json>>
  readonly components: Json
}

/**
 * Describes the operations that are offered now. Their schemas are JSON Schema already, so they are taken as they are.
 */
export function openApiOf(routes: readonly Route[]): OpenApi {
  return {
    openapi: '3.1.1',
    info: { title: 'Public operations', version: '1', description: 'Made from the contracts of the components that run; it changes with them.' },
    paths: Object.fromEntries(routes.map((route) => [route.address, pathOf(route)])),
    components: { responses: { problem }, schemas: { problem: problemSchema } },
  }
}

function pathOf(route: Route): Json {
  const { operation } = route
  const shared = {
    tags: [route.contract],
    ...(operation.description === undefined ? {} : { summary: operation.description }),
    ...(operation.permission === undefined ? {} : { 'x-permission': operation.permission }),
    responses: { 200: { description: 'The answer', content: contentOf(route) }, default: { $ref: '#/components/responses/problem' } },
  }
  const id = `${route.contract}.v${route.major}.${route.name}`
  const post = {
    operationId: id,
    ...shared,
    ...(operation.idempotent === true ? {} : { parameters: [idempotencyKey] }),
    requestBody: { required: true, content: { 'application/json': { schema: operation.input } } },
  }
  return { post, ...(isReadable(route) ? { get: { operationId: `${id}.get`, ...shared, parameters: parametersOf(operation.input) } } : {}) }
}

function contentOf({ operation }: Route): Json {
  if (operation.stream === undefined) return { 'application/json': { schema: operation.output } }
  return { 'application/x-ndjson': { schema: { description: 'One line per item; each is what itemSchema says', type: 'string' }, itemSchema: operation.stream } }
}

function parametersOf(input: TSchema): Json[] {
  const required = 'required' in input && Array.isArray(input.required) ? input.required : []
  return [...propertiesOf(input)].map(([name, schema]) => {
    const shape = 'type' in schema && schema.type === 'object' ? { content: { 'application/json': { schema } } } : { schema }
    return { name, in: 'query', required: required.includes(name), ...shape }
  })
}

const idempotencyKey: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'A request repeated under the same key is carried out once',
  schema: { type: 'string', maxLength: 128 },
}

const problem: Json = { description: 'A failure (RFC 9457)', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/problem' } } } }

const problemSchema: Json = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'Stable; tell failures apart by it' },
    detail: { type: 'string' },
    details: { description: 'What the component adds to a failure of its own' },
  },
}
