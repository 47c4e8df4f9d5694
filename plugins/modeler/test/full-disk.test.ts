import { describe, expect, test } from 'vitest'
import { fullFiles } from '../../../test/full-files.ts'
import { appliedBy, applyModel } from '../src/migrate/apply-model.ts'
import { driftOf } from '../src/migrate/drift.ts'
import type { ModelSource } from '../src/migrate/model-source.ts'
import type { Change } from '../src/contract.ts'
import { onEachDatabase } from './each-database.ts'
import { crm, planned } from './migrated.ts'

/** What a server says of a disk that is full, as soon as there is history. */
const full = {
  pg: [`create function full_disk() returns trigger language plpgsql as $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$`, 'create trigger full_disk before insert on caruso_history_note for each row execute function full_disk()'],
  mysql: [`create trigger full_disk before insert on caruso_history_note for each row signal sqlstate 'HY000' set mysql_errno = 1021, message_text = 'Disk full'`],
}
const room = { pg: 'drop trigger full_disk on caruso_history_note', mysql: 'drop trigger full_disk' }

onEachDatabase('a commit whose history the disk has no room for', (open, kind) => {
  test('is told with its table and data source, and nothing of it is there', { timeout: 30_000 }, async () => {
    const { setPages } = fullFiles()
    const { objects, call, run } = await open(['create table note (id integer primary key, words varchar(2000))'], { 'model/note.yaml': 'class: Note\nkey: id\nhistory: true\nattributes: { id: number, words: { type: text, max: 2000 } }\n' })
    await objects.commit({ changes: Array.from({ length: 50 }, (_, n) => ({ create: 'Note', values: { id: n + 1, words: 'x'.repeat(1_000) } })) }, call())
    const { objects: before } = await objects.find({ class: 'Note' }, call())
    const changes = before.map((seen): Change => ({ update: 'Note', key: { id: Number(seen['id']) }, seen, set: { words: 'y'.repeat(1_000) } }))
    if (kind === 'sqlite') setPages(1)
    else for (const sql of full[kind]) await run(sql)
    await expect(objects.commit({ changes }, call())).rejects.toMatchObject({ code: 'SOURCE_FULL', message: expect.stringMatching(/^Ran step \d+, an insert into "caruso_history_note": Changed data source "crm": /) })
    const entries = async (): Promise<number> => (await objects.history({ class: 'Note', key: { id: 1 } }, call())).entries.length
    expect([(await objects.find({ class: 'Note' }, call())).objects, await entries()]).toEqual([before, 1])
    if (kind === 'sqlite') setPages(1_000_000)
    else await run(room[kind])
    await objects.commit({ changes }, call())
    expect(await entries()).toBe(2)
  })
})

describe('a model is applied', () => {
  const tag = (max: number): string => `class: Tag\nkey: id\nattributes: { id: number, name: { type: text, max: ${max} } }\n`

  test.each(['sqlite', 'pg'] as const)('to a full %s: it tells the change, nothing of it is made, and apply does it once there is room', { timeout: 30_000 }, async (kind) => {
    const { setPages } = fullFiles()
    const { model, run, rows } = await crm(kind)
    await applyModel(await model({ tag: tag(400) }), false)
    const filled = kind === 'pg' ? `select n, repeat('x', 300) from generate_series(1, 500) as n` : `with recursive n (x) as (select 1 union all select x + 1 from n where x < 500) select x, printf('%.*c', 300, 'x') from n`
    await run(`insert into tag (id, name) ${filled}`)
    const wider = await model({ tag: tag(500) })
    // What an apply remembers fits still, the table that SQLite makes anew does not.
    if (kind === 'sqlite') setPages(60)
    else {
      await run(`create function full_disk() returns event_trigger language plpgsql as $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$`)
      await run(`create event trigger full_disk on ddl_command_start when tag in ('ALTER TABLE') execute function full_disk()`)
    }
    await expect(applyModel(wider, false)).rejects.toMatchObject({ code: 'SOURCE_FULL', message: expect.stringMatching(/^Altered data source "crm", change 0, change column "name" of "tag": /) })
    expect([await planned(wider), (await rows('tag')).length]).toEqual([['change column "name" of "tag"'], 500])
    if (kind === 'sqlite') setPages(1_000_000)
    else await run('drop event trigger full_disk')
    expect((await applyModel(wider, false)).changes).toEqual(['change column "name" of "tag"'])
    expect([await planned(wider), await driftIn(wider), (await rows('tag')).length]).toEqual([[], [], 500])
  })
})

async function driftIn(source: ModelSource): Promise<string[]> {
  const { tables, last } = await source.state()
  return driftOf(appliedBy(last), tables)
}
