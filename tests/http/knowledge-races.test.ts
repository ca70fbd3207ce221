/**
 * Everything at once: the same runs delivered twice, retried and deleted while they are indexed. PGlite
 * takes statements one by one, so the real races happen with TEST_DATABASE_URL.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from '../../operations/database/connection.ts'
import type { DocumentPage, Submitted } from '../../workers/knowledge/schemas.ts'
import { startApp, type TestApp } from './harness.ts'
import { createRandom, deliver, DOCUMENTS, upload } from './knowledge-harness.ts'

let app: TestApp
beforeAll(async () => void (app = await startApp()))
afterAll(() => app?.close())

const ROUNDS = process.env['SOAK'] === '1' ? 20 : 2
const FILES = 8

async function rows(statement: string) {
  const [, found = []] = await connect(app.database.owner).transaction((sql) => [
    sql.query(`select set_config('app.tenant_id', 'acme', true)`),
    sql.query(statement),
  ])
  return found
}

/** What the statistics should be, from the visible chunks themselves. */
const EXPECTED = `
select (select coalesce(json_agg(t order by t.h), '[]') from (
    select kb_hash(w.lexeme) as h, count(distinct (l.document_id, l.ordinal))::int as df
    from kb_lex l join kb_documents d on d.id = l.document_id and d.live_generation = l.generation,
      unnest(l.tsv) w group by 1) t) as terms,
  (select count(*)::int from kb_chunk c
    join kb_documents d on d.id = c.document_id and d.live_generation = c.generation) as chunks`
const ACTUAL = `
select (select coalesce(json_agg(t order by t.h), '[]') from (select h, df from kb_term) t) as terms,
  (select coalesce(sum(chunks), 0)::int from kb_stat) as chunks`
const LEFT_BEHIND = `
with k as (
  select document_id, generation, c.text, v.dimensions, l.bm
  from kb_chunk c full join kb_vec v using (document_id, generation, ordinal)
    full join kb_lex l using (document_id, generation, ordinal)
)
select count(*)::int as n from k join kb_documents d on d.id = k.document_id
where k.generation is distinct from d.live_generation
  or k.text is null or k.dimensions is null or k.bm is null`

async function disturb(id: string, random: () => number) {
  await new Promise((resolve) => setTimeout(resolve, random() * 150))
  if (random() < 0.4) await app.send('POST', `${DOCUMENTS}/${id}/retry`)
  if (random() < 0.25) await app.send('DELETE', `${DOCUMENTS}/${id}`)
}

async function round(seed: number) {
  const random = createRandom(seed)
  const texts = Array.from({ length: FILES }, (_, file) =>
    Array.from({ length: 300 }, () => `word${Math.floor(random() * 400)} seed${seed}f${file}`).join(
      ' ',
    ),
  )
  const submitted = await Promise.all(
    texts.map(async (text, file) => {
      const response = await upload(app, `${seed}-${file}.txt`, text)
      return response.json<Submitted>()
    }),
  )
  const messages = app.queued.splice(0)
  await Promise.all([
    ...messages.flatMap((message) => [deliver(app, [message]), deliver(app, [message])]),
    ...submitted.map(({ document }) => disturb(document.id, random)),
  ])
  for (let tries = 0; tries < 5 && app.queued.length > 0; tries++) {
    await Promise.all(app.queued.splice(0).map((message) => deliver(app, [message])))
  }
  // What found its run busy would be delivered again; here the owner stands in for the clock.
  for (const message of messages) await deliver(app, [message])
  await app.settle()
}

test('statistics, chunks and states are right after every kind of race', async () => {
  for (let seed = 1; seed <= ROUNDS; seed++) {
    await round(seed)
    const [expected] = await rows(EXPECTED)
    const [actual] = await rows(ACTUAL)
    expect(actual, `seed ${seed}`).toEqual(expected)
    expect(await rows(LEFT_BEHIND), `seed ${seed}`).toEqual([{ n: 0 }])
    const response = await app.send('GET', `${DOCUMENTS}?limit=100`)
    const { items } = await response.json<DocumentPage>()
    const unfinished = items.filter(({ status }) => status !== 'ready')
    expect(unfinished, `seed ${seed}`).toEqual([])
  }
}, 600_000)
