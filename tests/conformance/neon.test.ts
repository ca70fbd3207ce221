/**
 * The Neon stand-in against Neon's own driver: values, errors, transactions, faults. Roles are in
 * neon-roles.test.ts, drizzle in neon-drizzle.test.ts, psql in neon-tcp.test.ts.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { neon } from '@neondatabase/serverless'
import { expect, test } from 'vitest'
import { describeBackends, type Stand } from './neon-backends.ts'
import { ERRORS, VALUES } from './neon-cases.ts'

describeBackends((stand) => {
  const connect = () => neon(stand.neon.url(stand.owner))

  test('every value arrives as the text Postgres writes', async () => {
    const columns = VALUES.flatMap((value) => [value, `(${value})::text`]).join(', ')
    const { rows, fields } = await post(stand, { query: `select ${columns}` })
    expect(fields).toHaveLength(VALUES.length * 2)
    for (const [index, value] of VALUES.entries()) {
      expect({ value, text: rows[0]?.[index * 2] }).toEqual({
        value,
        text: rows[0]?.[index * 2 + 1],
      })
    }
  })

  test('the driver parses values by their types', async () => {
    const [row] = await connect()`select 9007199254740993::int8 as int8, 1.10::numeric as numeric,
      '{"a":[1]}'::jsonb as jsonb, '2026-11-20 10:00:00.5+00'::timestamptz as at, true as yes,
      '\\x00ff'::bytea as bytes, array['a"b', 'c\\d', null, 'e,f', ''] as texts, null as nothing,
      '1 day 2 hours'::interval as span, '[1,2.5]'::vector as embedding, 'é🎈' as letters`
    expect(row).toEqual({
      int8: '9007199254740993',
      numeric: '1.10',
      jsonb: { a: [1] },
      at: new Date('2026-11-20T10:00:00.500Z'),
      yes: true,
      bytes: Buffer.from([0, 255]),
      texts: ['a"b', 'c\\d', null, 'e,f', ''],
      nothing: null,
      span: expect.objectContaining({ days: 1, hours: 2 }),
      embedding: '[1,2.5]',
      letters: 'é🎈',
    })
  })

  test('parameters of every kind come back as they went', async () => {
    const sql = connect()
    const bytes = Buffer.from([0, 1, 254])
    const [row] = await sql`select ${bytes}::bytea as bytes, ${['a', null, '"']}::text[] as texts,
      ${{ deep: [1, null] }}::jsonb as json, ${12}::int as number, ${false}::bool as no,
      ${new Date(0)}::timestamptz as at, ${null}::text as nothing`
    expect(row).toEqual({
      bytes,
      texts: ['a', null, '"'],
      json: { deep: [1, null] },
      number: 12,
      no: false,
      at: new Date(0),
      nothing: null,
    })
  })

  test('JSON values that are no text become text as on Neon', async () => {
    const params = [[1, [2]], [null, 'a"\\'], { a: 1 }, 7, true]
    const query = 'select $1::text, $2::text, $3::text, $4::text, $5::text'
    const { rows } = await post(stand, { query, params })
    expect(rows).toEqual([['{1,{2}}', '{NULL,"a\\"\\\\"}', '{"a":1}', '7', 'true']])
  })

  test('full results say the command, the count and the fields', async () => {
    const sql = neon(stand.neon.url(stand.owner), { fullResults: true, arrayMode: true })
    await sql`create table counted (id int primary key, name varchar(10))`
    const result = await sql`insert into counted values (1, 'a'), (2, null) returning name, id`
    expect(result).toMatchObject({ command: 'INSERT', rowCount: 2, rowAsArray: true })
    expect(result.rows).toEqual([
      ['a', 1],
      [null, 2],
    ])
    const [name] = result.fields
    expect(name).toMatchObject({ name: 'name', dataTypeID: 1043, columnID: 2, format: 'text' })
    expect(name).toMatchObject({ dataTypeSize: -1, dataTypeModifier: 14 })
    expect(await sql`update counted set name = 'b'`).toMatchObject({ rowCount: 2, rows: [] })
    expect(await sql`create table made ()`).toMatchObject({ command: 'CREATE', rowCount: null })
    expect(await sql`-- nothing`).toMatchObject({ command: '', rowCount: null, fields: [] })
  })

  test.each(ERRORS)('error %s carries its fields', async (code, statement, fields) => {
    const sql = connect()
    await sql`create table if not exists strict (id int primary key, name text not null,
      age int check (age > 0), parent int references strict)`
    await sql`insert into strict values (1, 'a') on conflict do nothing`
    const error = await sql.query(statement).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ name: 'NeonDbError', code, severity: 'ERROR', ...fields })
    expect(error).toMatchObject({ file: expect.any(String), line: expect.any(String) })
  })

  test('a wrong password, database or role is one and the same refusal', async () => {
    const right = stand.neon.url(stand.owner)
    const wrong = {
      password: 'no',
      username: 'nobody',
      pathname: '/other',
      hostname: 'example.com',
    }
    for (const part of Object.entries(wrong)) {
      const url = Object.assign(new URL(right), Object.fromEntries([part]))
      const refused = await neon(url.href)`select 1`.catch((caught: unknown) => caught)
      expect(refused).toMatchObject({ code: '28P01' })
      expect(String(refused)).toContain('password authentication failed')
    }
  })

  test('a batch is all or nothing, and stops at its first error', async () => {
    const sql = connect()
    await sql`create table batched (id int primary key)`
    const batch = [
      sql`insert into batched values (1)`,
      sql`insert into batched values (1)`,
      sql`rollback`,
      sql`insert into batched values (2)`,
    ]
    await expect(sql.transaction(batch)).rejects.toMatchObject({ code: '23505' })
    expect(await sql`select * from batched`).toEqual([])
    const results = await sql.transaction([sql`insert into batched values (3)`, sql`table batched`])
    expect(results).toEqual([[], [{ id: 3 }]])
  })

  test('an empty batch is nothing, and parameters have to be as many as asked for', async () => {
    const sql = connect()
    expect(await sql.transaction([])).toEqual([])
    for (const params of [[], [1, 2]]) {
      await expect(sql.query('select $1', params)).rejects.toMatchObject({ code: '08P01' })
    }
  })

  test('a constraint checked at commit fails the batch', async () => {
    const sql = connect()
    await sql`create table late (id int unique deferrable initially deferred)`
    const twice = [sql`insert into late values (1)`, sql`insert into late values (1)`]
    await expect(sql.transaction(twice)).rejects.toMatchObject({ code: '23505' })
    expect(await sql`select * from late`).toEqual([])
  })

  test.each(['ReadUncommitted', 'ReadCommitted', 'RepeatableRead', 'Serializable'] as const)(
    'a batch runs %s, read only and deferrable when asked',
    async (isolationLevel) => {
      const sql = connect()
      const modes = { isolationLevel, readOnly: true, deferrable: true }
      const names = ['isolation', 'read_only', 'deferrable']
      const show = (name: string) => sql.query(`show transaction_${name}`)
      const shown = await sql.transaction(names.map(show), { ...modes, arrayMode: true })
      const level = isolationLevel.replace(/(?!^)([A-Z])/, ' $1').toLowerCase()
      expect(shown).toEqual([[[level]], [['on']], [['on']]])
      const write = sql.transaction([sql`create table unwanted ()`], modes)
      await expect(write).rejects.toMatchObject({ code: '25006' })
    },
  )

  test('concurrent requests get their own answers', async () => {
    const sql = connect()
    const numbers = Array.from({ length: 60 }, (_, index) => index)
    const answers = await Promise.all(numbers.map((n) => sql`select ${n}::int as n`))
    expect(answers.flat()).toEqual(numbers.map((n) => ({ n })))
  })

  test('a large answer and a large parameter pass', async () => {
    const sql = connect()
    const text = 'x'.repeat(5_000_000)
    const [row] = await sql`select length(${text}::text) as length, ${text}::text as text`
    expect(row).toEqual({ length: text.length, text })
    expect(await sql`select n from generate_series(1, 20000) n`).toHaveLength(20_000)
  })

  test('COPY FROM STDIN fails and harms nobody', async () => {
    const sql = connect()
    await sql`create table copied (id int)`
    await expect(sql`copy copied from stdin`).rejects.toThrow(/COPY/)
    expect(await sql`select 1 as one`).toEqual([{ one: 1 }])
  })

  test('a client that leaves is forgotten, and others are served', async () => {
    const sql = connect()
    await sql`create table abandoned (id int)`
    const leaving = new AbortController()
    const slow = sql`select pg_sleep(0.5)`.then(() => 'slept')
    const options = { fetchOptions: { signal: leaving.signal } }
    const abandoned = sql.query('insert into abandoned values (1)', [], options)
    void delay(100).then(() => leaving.abort())
    const outcome = await abandoned.then(
      () => 'ran',
      (error: Error) => error.message,
    )
    expect(outcome).toMatch(stand.isPglite ? /abort/ : 'ran')
    expect(await slow).toBe('slept')
    expect(await sql`select * from abandoned`).toHaveLength(stand.isPglite ? 0 : 1)
  })

  test('down means cut off, and says nothing of Postgres', async () => {
    stand.neon.setUp(false)
    const error = await connect()`select 1`.catch((caught: unknown) => caught)
    stand.neon.setUp(true)
    expect(error).toMatchObject({ name: 'NeonDbError', code: undefined })
    const before = stand.neon.roundTrips()
    expect(await connect()`select 1 as one`).toEqual([{ one: 1 }])
    expect(stand.neon.roundTrips()).toBe(before + 1)
  })

  test.each([
    ['no JSON', 'select 1'],
    ['no query', '{"params":[]}'],
    ['parameters that are no list', '{"query":"select 1","params":"a"}'],
  ])('a body with %s is refused', async (_, body) => {
    const response = await fetch(stand.neon.httpUrl, { method: 'POST', headers: head(stand), body })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: null, message: /request body/ })
  })
})

const head = (stand: Stand) => ({
  'neon-connection-string': stand.neon.url(stand.owner),
  'neon-raw-text-output': 'true',
  'neon-array-mode': 'true',
})

async function post(stand: Stand, body: object) {
  const json = JSON.stringify(body)
  const response = await fetch(stand.neon.httpUrl, {
    method: 'POST',
    headers: head(stand),
    body: json,
  })
  expect(response.status).toBe(200)
  const answer: { rows: (string | null)[][]; fields: object[] } = await response.json()
  return answer
}
