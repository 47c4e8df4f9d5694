import { describe, expect, inject, test } from 'vitest'
import { applyModel } from '../src/migrate/apply-model.ts'
import { undoModel } from '../src/migrate/undo-model.ts'
import { catalogue, crm, planned } from './migrated.ts'

/** How another application declares the keys of its tables, and the class attribute that stands for each. */
const keys: Readonly<Record<'sqlite' | 'pg' | 'mysql', readonly (readonly [declared: string, attribute: string, value: string])[]>> = {
  sqlite: [['integer', 'number', '7'], ['nvarchar(5)', 'text', "'ALFKI'"]],
  pg: [['integer', 'number', '7'], ['smallint', 'number', '7'], ['numeric(10, 0)', 'decimal', '7'], ['varchar(5)', 'text', "'ALFKI'"], ['char(5)', 'text', "'ALFKI'"], ['uuid', 'text', "'0b9d3f4e-6c9a-4d2c-9a3e-0123456789ab'"]],
  mysql: [
    ['int(11)', 'number', '7'], ['int(10) unsigned', 'number', '7'], ['smallint', 'number', '7'], ['decimal(10,0)', 'decimal', '7'], ['varchar(5) character set latin1', 'text', "'ALFKI'"], ['char(5) collate utf8mb4_general_ci', 'text', "'ALFKI'"],
    ...(inject('mysql') === 'MariaDB' ? ([['uuid', 'text', "'0b9d3f4e-6c9a-4d2c-9a3e-0123456789ab'"]] as const) : []),
  ],
}

describe.each(['sqlite', 'pg', 'mysql'] as const)('on %s', (kind) => {
  describe.skipIf(kind === 'mysql' && inject('mysql') === undefined)('classes of a model', { timeout: 60_000 }, () => {
    test('refer to the tables of another application, however their keys are declared', async () => {
      const { model, run, rows } = await crm(kind)
      for (const [index, [declared, , value]] of keys[kind].entries()) {
        await run(`create table legacy_${index} (id ${declared} not null primary key)${kind === 'mysql' ? ' engine = InnoDB' : ''}`)
        await run(`insert into legacy_${index} (id) values (${value})`)
      }
      const legacy = Object.fromEntries(keys[kind].flatMap(([, attribute], index) => [[`legacy${index}`, `class: Legacy${index}\nkey: id\nattributes: { id: ${attribute} }\n`], [`mapping/legacy${index}`, `class: Legacy${index}\ntable: legacy_${index}\n`]]))
      const visit = `class: Visit\nkey: id\nattributes:\n  id: number\n${keys[kind].map((_, index) => `  of${index}: { type: reference, to: Legacy${index} }\n`).join('')}relations: { seen: { many: Legacy0 } }\n`
      // Whose key is a reference, to which another class refers in its turn.
      const profile = 'class: Profile\nkey: owner\nattributes: { owner: { type: reference, to: Legacy0 }, note: text }\n'
      const remark = 'class: Remark\nkey: id\nattributes: { id: number, about: { type: reference, to: Profile } }\n'
      const before = await catalogue(await model(legacy))
      const whole = await model({ ...legacy, visit, profile, remark })
      await applyModel(whole, false)
      expect(await planned(whole)).toEqual([])
      await run(`insert into visit (id, ${keys[kind].map((_, index) => `of${index}_id`).join(', ')}) values (1, ${keys[kind].map(([, , value]) => value).join(', ')})`)
      expect(await rows('visit')).toHaveLength(1)
      for (const [index, [, attribute]] of keys[kind].entries()) await expect(run(`insert into visit (id, of${index}_id) values (2, ${attribute === 'text' ? "'11111'" : '8'})`)).rejects.toThrow()
      await run('delete from visit')
      await undoModel(whole)
      expect(await catalogue(await model(legacy))).toEqual(before)
    })
  })
})
