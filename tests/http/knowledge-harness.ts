/** The document queue for tests: what the edge sent is handed to the indexer's real handler. */
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

/** Delivers all that is queued. */
export const drain = (app: TestApp, env: object = {}) => deliver(app, app.queued.splice(0), { env })

export async function upload(
  app: TestApp,
  name: string,
  content: string | Uint8Array<ArrayBuffer>,
  who?: Who,
) {
  const form = new FormData()
  form.set('file', new File([content], name))
  const headers = { authorization: `Bearer ${await app.token(who)}` }
  const { body, headers: made } = new Request('http://edge.test', { method: 'POST', body: form })
  const contentType = made.get('content-type') ?? ''
  const init = { method: 'POST', headers: { ...headers, 'content-type': contentType }, body }
  return app.request(DOCUMENTS, { ...init, duplex: 'half' } as RequestInit)
}

/** Uploads and indexes a file. @returns its document's id */
export async function learn(
  app: TestApp,
  name: string,
  content: string | Uint8Array<ArrayBuffer>,
  who?: Who,
) {
  const submitted = await (await upload(app, name, content, who)).json<Submitted>()
  await drain(app)
  return submitted.document.id
}

export async function ask(app: TestApp, question: string, who?: Who): Promise<Answer> {
  const response = await app.send('POST', '/api/ask', { question }, who)
  if (response.status !== 200) throw new Error(await response.text())
  return await response.json<Answer>()
}
