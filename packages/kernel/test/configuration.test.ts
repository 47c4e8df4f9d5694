import { configure } from '@caruso/kernel/host'
import { Type } from '@caruso/contract'
import { expect, test } from 'vitest'

const Config = Type.Object({
  greeting: Type.String({ default: 'Hello' }),
  server: Type.Object({ port: Type.Integer({ default: 80, minimum: 1 }), names: Type.Array(Type.String(), { default: [] }) }, { default: {} }),
})

test('configure() fills in the defaults, also below', () => {
  expect(configure('greeter', Config, undefined)).toEqual({ greeting: 'Hello', server: { port: 80, names: [] } })
  expect(configure('greeter', Config, { server: { port: 8080 } })).toEqual({ greeting: 'Hello', server: { port: 8080, names: [] } })
})

test('configure() names the component, each place and what was expected there', () => {
  expect(() => configure('greeter', Config, { greeting: 7, server: { port: 0 } })).toThrow('Configured component "greeter": greeting must be string; server.port must be >= 1')
  expect(() => configure('greeter', Config, { server: { port: '80' } })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
})

test('configure() freezes what it returns and leaves what it was given alone', () => {
  const given = { server: { names: ['a'] } }
  const config = configure('greeter', Config, given) as { server: { names: string[] } }
  expect(() => config.server.names.push('b')).toThrow(TypeError)
  given.server.names.push('c')
  expect(config.server.names).toEqual(['a'])
})
