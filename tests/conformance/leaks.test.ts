/**
 * Nobody finds what they may not read: random tenants, people and questions against documents with
 * random labels. By default 150 questions in 12 tenants; with SOAK=1 ten thousand in 50.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { embed } from '../../local/openai/embedding.ts'
import { connect } from '../../operations/database/connection.ts'
import { traceparentOf } from '../../shared/trace.ts'
import { insertChunks, publishRun } from '../../workers/knowledge/chunk-store.ts'
import { fusionOf } from '../../workers/knowledge/profiles.ts'
import { findReach } from '../../workers/knowledge/reach-store.ts'
import { mayRead } from '../../workers/knowledge/readers.ts'
import { claimRun, type RunStoreContext } from '../../workers/knowledge/run-store.ts'
import { searchChunks } from '../../workers/knowledge/search-store.ts'
import { insertDocument } from '../../workers/knowledge/store.ts'
import { KB_ID } from '../../workers/knowledge/tables.ts'
import { openDatabase, type TestDatabase } from '../http/database.ts'
import { createRandom } from '../http/knowledge-harness.ts'
import { createMetricsEnv } from '../http/metrics-env.ts'

const [ROUNDS, TENANTS] = process.env['SOAK'] === '1' ? [10_000, 50] : [150, 12]
const ROLES = ['viewer', 'user', 'editor']
const WORDS = ['valve', 'pump', 'filter', 'heron', 'turbine', 'gasket']

interface Doc {
  tenant: string
  acl: string[] | null
  phi: boolean
}

const seed = Number(process.env['SEED'] ?? 20261126)
const random = createRandom(seed)
const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)]!
const tenantAt = (index: number) => `fuzz-${index}`
/** Three people in each tenant; the first is in its one team. */
const person = (index: number) => `u${index}`
const docs = new Map<string, Doc>()
const teams = new Map<string, string>()
let database: TestDatabase

function contextOf(tenantId: string, userId: string): RunStoreContext {
  const urls = { DATABASE_URL: database.url('app_user'), DATABASE_HTTP_URL: database.neon.httpUrl }
  const env = { ...urls, ...createMetricsEnv().settings }
  const actor = { type: 'user', userId, sessionId: 's', permissions: new Set() }
  const base = { tenantId, actor, requestId: 'fuzz', traceparent: traceparentOf(undefined) }
  return { ...base, now: () => new Date(), env } as unknown as RunStoreContext
}

beforeAll(async () => {
  database = await openDatabase()
  for (let at = 0; at < TENANTS; at++) await makeTenant(tenantAt(at))
}, 300_000)
afterAll(() => database?.close())

async function makeTenant(tenant: string): Promise<void> {
  const team = crypto.randomUUID()
  teams.set(tenant, team)
  const sql = connect(database.owner)
  await sql.transaction([
    sql.query(`select set_config('app.tenant_id', $1, true)`, [tenant]),
    sql.query('insert into tenants (id, name, created_at) values ($1, $1, now())', [tenant]),
    ...ROLES.map((role, index) =>
      sql.query(`insert into users values ($1, $2, $2, $2, $3, now())`, [
        tenant,
        person(index),
        role,
      ]),
    ),
    sql.query(`insert into teams values ($1, $2, 't', now(), now())`, [tenant, team]),
    sql.query(`insert into team_members values ($1, $2, 'u0', now())`, [tenant, team]),
  ])
  const count = 1 + Math.floor(random() * 5)
  for (let at = 0; at < count; at++) await makeDocument(tenant, team)
}

async function makeDocument(tenant: string, team: string): Promise<void> {
  const ctx = contextOf(tenant, 'u0')
  const labels = [`group:${team}`, 'role:editor', 'role:user', 'user:u1', 'user:stranger']
  const acl = random() < 0.4 ? null : [pick(labels), pick(labels)]
  const phi = random() < 0.2
  const [id, jobId] = [crypto.randomUUID(), crypto.randomUUID()]
  docs.set(id, { tenant, acl, phi })
  const file = { title: id, fileName: id, mediaType: 'text/plain', bytes: 1, sha256: id } as const
  await insertDocument(ctx, { id, jobId, kbId: KB_ID, ...file, acl, phi })
  const message = { tenantId: tenant, documentId: id, generation: 1, slice: 0 }
  const claim = await claimRun(ctx, { ...message, requestId: '', traceparent: '' })
  if (claim.type !== 'claimed') throw new Error(claim.type)
  const text = `The ${pick(WORDS)} and the ${pick(WORDS)} of the plant.`
  const place = { ordinal: 0, context: '', start: 0, end: text.length, page: 1, pageStarts: [] }
  const row = { ...place, title: id, text, hash: id, embedding: [...embed(text)] }
  const progress = { status: 'embedding', stage: 'embed', percent: 50 } as const
  await insertChunks(ctx, claim.claimed.lease, KB_ID, [row], progress)
  await publishRun(ctx, claim.claimed.lease, { title: id, pages: 1, textSha256: id })
}

/** The labels somebody has, told apart from the product's own SQL. */
const labelsOf = (tenant: string, index: number) => [
  `user:${person(index)}`,
  `role:${ROLES[index]}`,
  ...(index === 0 ? [`group:${teams.get(tenant)}`] : []),
]

test(`no reader finds what is not theirs, and always all that is (seed ${seed})`, async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const tenant = tenantAt(Math.floor(random() * TENANTS))
    const index = Math.floor(random() * ROLES.length)
    const seesPhi = random() < 0.3
    const ctx = contextOf(tenant, person(index)) as never
    const { labels } = await findReach(ctx, undefined)
    const question = `${pick(WORDS)} ${pick(WORDS)}`
    const vector = random() < 0.8
    const limit = 1 + Math.floor(random() * 5)
    const embedding = vector ? [...embed(question)] : null
    const { hits } = await searchChunks(ctx, {
      arms: [{ kbIds: [KB_ID], embedding }],
      question,
      fusion: fusionOf(['va-lexical-1']),
      limit,
      reader: { labels, seesPhi },
    })
    const reader = { labels: labelsOf(tenant, index), seesPhi }
    const theirs = [...docs].filter(([, doc]) => doc.tenant === tenant && mayRead(reader, doc))
    const known = new Set(theirs.map(([id]) => id))
    const foreign = hits.filter(({ documentId }) => !known.has(documentId))
    expect(foreign, `round ${round}`).toEqual([])
    // By words alone only what has them is found.
    const due = vector ? Math.min(limit, known.size) : hits.length
    expect(hits.length, `round ${round}`).toBe(due)
  }
}, 1_200_000)
