/** What is measured: one row per kind of request, with the most it may cost. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Target } from './load.ts'
import { type Bench, post } from './stack.ts'

export interface Row {
  name: string
  target: Target
  /** Requests of one round; enough for the clock's ten milliseconds to be no matter. */
  requests: number
  /** Most CPU, in bare handlers. A row without one is printed for information. */
  bar?: number
}

const FLAG = 'bench_flag'

/** @param rounds The row with fresh tokens needs that many times its requests, and once to warm up. */
export async function rowsOf(bench: Bench, scale: number, rounds: number): Promise<Row[]> {
  const { edge, token } = bench
  const authorization = `Bearer ${token}`
  await post(`${edge}/api/admin/feature-flags`, { name: FLAG, enabled: true }, { authorization })

  await addDocument(bench, authorization)

  const freshRequests = 800 * scale
  const fresh = await bench.mintTokens(freshRequests * (rounds + 1))
  const headers = { authorization, 'content-type': 'application/json; charset=utf-8' }
  const posted = (path: string, body: (n: number) => object): Target => {
    const shot = (n: number) => ({
      method: 'POST' as const,
      headers,
      body: JSON.stringify(body(n)),
    })
    return { url: edge + path, status: 200, shot }
  }
  const got = (path: string, shot: Target['shot']) => ({ url: edge + path, status: 200, shot })
  let asked = 0
  return [
    {
      name: 'text route (/live)',
      target: got('/live', () => ({})),
      requests: 4000 * scale,
      bar: 1.6,
    },
    {
      name: 'guarded route, token seen before',
      target: got('/bench/guarded', () => ({ headers: { authorization } })),
      requests: 4000 * scale,
      bar: 2,
    },
    {
      name: 'guarded route, fresh token',
      target: got('/bench/guarded', freshShots(fresh)),
      requests: freshRequests,
      bar: 4.5,
    },
    {
      name: 'flag evaluation (OFREP)',
      target: posted(`/ofrep/v1/evaluate/flags/${FLAG}`, () => {
        return { context: { targetingKey: 'user-123', plan: 'premium' } }
      }),
      requests: 4000 * scale,
      bar: 2.3,
    },
    {
      name: 'cached ask',
      target: posted('/api/ask', () => ({ question: QUESTION })),
      requests: 400 * scale,
    },
    {
      name: 'uncached ask',
      target: posted('/api/ask', () => ({ question: `${QUESTION} Case ${asked++}.` })),
      requests: 80 * scale,
    },
  ]
}

const DOCUMENT = join(import.meta.dirname, '../../docs/operations/runbooks/DEPLOYMENT.md')
const QUESTION = 'How do I roll back a deployment?'
const DOCUMENTS = '/api/admin/kb/documents'

/** @throws Error when the document is not searchable within half a minute */
async function addDocument({ edge }: Bench, authorization: string): Promise<void> {
  const form = new FormData()
  form.set('file', new File([await readFile(DOCUMENT)], 'DEPLOYMENT.md', { type: 'text/markdown' }))
  const headers = { authorization }
  const sent = await fetch(edge + DOCUMENTS, { method: 'POST', headers, body: form })
  if (!sent.ok) throw new Error(`The upload was answered ${sent.status}: ${await sent.text()}`)
  for (let second = 0; second < 30; second++) {
    const list: unknown = await (await fetch(edge + DOCUMENTS, { headers })).json()
    if (Object(list).items?.[0]?.status === 'ready') return
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
  throw new Error('The document was not ready after half a minute.')
}

/** Each token once, in the order they were minted, whatever round it is. */
function freshShots(tokens: string[]) {
  let used = 0
  return () => ({ headers: { authorization: `Bearer ${tokens[used++] ?? ''}` } })
}
