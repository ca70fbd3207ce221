/** The Neon stand-in under drizzle's neon-http driver, with what the product uses of it. */
import { neon } from '@neondatabase/serverless'
import { cosineDistance, eq, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/neon-http'
import { customType, integer, jsonb, pgTable, text, timestamp, vector } from 'drizzle-orm/pg-core'
import { beforeAll, expect, test } from 'vitest'
import { describeBackends } from './neon-backends.ts'

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

const pages = pgTable('pages', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  title: text().notNull().unique(),
  tags: text().array(),
  about: jsonb(),
  digest: bytea(),
  embedding: vector({ dimensions: 3 }),
  readAt: timestamp({ withTimezone: true }),
})

describeBackends((stand) => {
  const connect = () => drizzle(neon(stand.neon.url(stand.owner)), { casing: 'snake_case' })

  beforeAll(async () => {
    await connect().execute(sql`create table pages (
      id int primary key generated always as identity, title text not null unique, tags text[],
      about jsonb, digest bytea, embedding vector(3), read_at timestamptz)`)
    await connect().execute(sql`create index on pages using hnsw (embedding vector_cosine_ops)`)
  })

  test('an insert returns the row it made', async () => {
    const page = {
      title: 'first',
      tags: ['a"b', 'c,d'],
      about: { deep: [1, null] },
      digest: Buffer.from([0, 255]),
      embedding: [1, 0, 0.5],
      readAt: new Date('2026-11-20T10:00:00.123Z'),
    }
    const [made] = await connect().insert(pages).values(page).returning()
    expect(made).toEqual({ id: expect.any(Number), ...page })
  })

  test('cosine distance orders by likeness', async () => {
    const db = connect()
    const near = { title: 'near', embedding: [0, 1, 0.1] }
    await db.insert(pages).values([near, { title: 'far', embedding: [0, -1, 0] }])
    const distance = cosineDistance(pages.embedding, [0, 1, 0])
    const rows = await db.select({ title: pages.title }).from(pages).orderBy(distance).limit(3)
    expect(rows.map(({ title }) => title)).toEqual(['near', 'first', 'far'])
  })

  test('a batch answers in order, in one round trip', async () => {
    const db = connect()
    const before = stand.neon.roundTrips()
    const [scope, made, found] = await db.batch([
      db.execute(sql`select set_config('app.tenant_id', 'acme', true) as tenant`),
      db.insert(pages).values({ title: 'batched' }).returning({ title: pages.title }),
      db.select({ title: pages.title }).from(pages).where(eq(pages.title, 'batched')),
    ])
    expect(scope.rows).toEqual([{ tenant: 'acme' }])
    expect([made, found]).toEqual([[{ title: 'batched' }], [{ title: 'batched' }]])
    expect(stand.neon.roundTrips()).toBe(before + 1)
  })

  test('a failing batch changes nothing and names the constraint', async () => {
    const db = connect()
    const insert = (title: string) => db.insert(pages).values({ title })
    const failed = db.batch([insert('atomic'), insert('atomic')])
    await expect(failed).rejects.toMatchObject({ code: '23505', constraint: 'pages_title_key' })
    expect(await db.select().from(pages).where(eq(pages.title, 'atomic'))).toEqual([])
  })

  test('a failing statement has the error of Postgres as its cause', async () => {
    const db = connect()
    const cause = { code: '23502', column: 'title', table: 'pages' }
    const failed = db.execute(sql`insert into pages (title) values (null)`)
    await expect(failed).rejects.toMatchObject({ cause })
  })
})
