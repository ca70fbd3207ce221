/** The document queue for tests: what the edge sent is handed to the indexer's real handler. */
import { connect, type Sql } from '../../operations/database/connection.ts'
import type { Answer, Submitted } from '../../workers/knowledge/schemas.ts'
import { consumeQueue } from '../../workers/queue.ts'
import type { TestApp, Who } from './harness.ts'

export const DOCUMENTS = '/api/admin/kb/documents'

export interface Verdict {
  type: 'ack' | 'retry'
  delaySeconds?: number | undefined
}

/** Delivers messages as the platform does. @returns what became of each */
export async function deliver(
  app: TestApp,
  bodies: readonly unknown[],
  { queue = 'documents', env = {} }: { queue?: string; env?: object } = {},
): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  const deferred: Promise<unknown>[] = []
  const messages = bodies.map((body, index) => ({
    id: `message-${index}`,
    timestamp: new Date(),
    attempts: 1,
    body,
    ack: () => void (verdicts[index] = { type: 'ack' }),
    retry: (options?: { delaySeconds?: number }) => {
      verdicts[index] = { type: 'retry', delaySeconds: options?.delaySeconds }
    },
  }))
  const batch = { queue, messages } as unknown as MessageBatch
  const waitUntil = (work: Promise<unknown>) => void deferred.push(work)
  await consumeQueue(batch, { ...app.env, ...env }, { waitUntil })
  await Promise.all(deferred)
  return verdicts
}

/** Delivers all that is queued, and what the indexer sends itself while it works. */
export async function drain(app: TestApp, env: object = {}): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  while (app.queued.length > 0)
    verdicts.push(...(await deliver(app, app.queued.splice(0), { env })))
  return verdicts
}

export async function upload(
  app: TestApp,
  name: string,
  content: string | Uint8Array<ArrayBuffer>,
  who?: Who,
  kb?: string,
) {
  const form = new FormData()
  form.set('file', new File([content], name))
  const headers = { authorization: `Bearer ${await app.token(who)}` }
  const { body, headers: made } = new Request('http://edge.test', { method: 'POST', body: form })
  const contentType = made.get('content-type') ?? ''
  const init = { method: 'POST', headers: { ...headers, 'content-type': contentType }, body }
  const path = kb === undefined ? DOCUMENTS : `${DOCUMENTS}?kb=${kb}`
  return app.request(path, { ...init, duplex: 'half' } as RequestInit)
}

/** Runs a statement as the owner, on acme's rows: what only time or another worker would do. */
export async function asOwner(app: TestApp, statement: string, ...parameters: unknown[]) {
  const [, rows = []] = await connect(app.database.owner).transaction((sql) => [
    sql.query(`select set_config('app.tenant_id', 'acme', true)`),
    sql.query(statement, parameters),
  ])
  return rows
}

/** A dead letter of the document's first run. @returns its id */
export async function insertLetter(sql: Sql, tenant: string, documentId: string) {
  const id = crypto.randomUUID()
  await sql.transaction([
    sql.query(`select set_config('app.tenant_id', $1, true)`, [tenant]),
    sql.query(`insert into kb_dead_letters values ($1, $2, $3, 1, 0, 8, null, now())`, [
      tenant,
      id,
      documentId,
    ]),
  ])
  return id
}

/** Uploads and indexes a file. @returns its document's id */
export async function learn(
  app: TestApp,
  name: string,
  content: string | Uint8Array<ArrayBuffer>,
  who?: Who,
  kb?: string,
) {
  const submitted = await (await upload(app, name, content, who, kb)).json<Submitted>()
  await drain(app)
  return submitted.document.id
}

export async function ask(app: TestApp, question: string, who?: Who): Promise<Answer> {
  const response = await app.send('POST', '/api/ask', { question }, who)
  if (response.status !== 200) throw new Error(await response.text())
  return await response.json<Answer>()
}

/** A small generator (mulberry32), so that a round that fails can be run again. */
export function createRandom(seed: number) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
