/** What is measured: one row per kind of request, with the most it may cost. */
import { indexGuide } from './indexing.ts'
import type { Target } from './load.ts'
import { type Bench, post } from './stack.ts'

export interface Row {
  name: string
  /** Called before each round: access tokens live for five minutes only. */
  aim: () => Promise<Target> | Target
  /** Requests of one round. */
  requests: number
  /** Most CPU, in bare handlers. A row without one is printed for information. */
  bar?: number
}

const FLAG = 'bench_flag'
const BULK = 100

/** @param scale Of the numbers of requests. */
export async function rowsOf(bench: Bench, scale: number): Promise<Row[]> {
  const { edge } = bench
  const authorization = await authorize(bench)
  for (const name of [FLAG, ...numbered(BULK - 1)]) {
    await post(`${edge}/api/admin/feature-flags`, { name, enabled: true }, { authorization })
  }
  await indexGuide(bench, authorization)
  const apiKey = await makeKey(bench, authorization)
  const [many, some, few] = [2000 * scale, 800 * scale, 80 * scale]
  let asked = 0
  return [
    { name: 'text route (/live)', aim: () => got(`${edge}/live`), requests: many, bar: 1.6 },
    { name: UNGUARDED, aim: () => got(`${edge}/bench/open`), requests: many },
    guardedRow(bench, scale),
    {
      name: 'guarded route, API key seen before',
      aim: () => got(`${edge}/bench/guarded`, [apiKey]),
      requests: many,
      bar: 2.3,
    },
    {
      name: FRESH,
      aim: async () => got(`${edge}/bench/guarded`, await bench.mintTokens(some)),
      requests: some,
      bar: 4.5,
    },
    {
      name: 'flag evaluation (OFREP)',
      aim: () => posted(bench, `${EVALUATE}/${FLAG}`, () => ({ context: CONTEXT })),
      requests: many,
      bar: 2.3,
    },
    {
      name: `flag evaluation, ${BULK} at once`,
      aim: () => posted(bench, EVALUATE, () => ({ context: CONTEXT })),
      requests: some,
      bar: 4,
    },
    {
      name: `flag evaluation, ${BULK} that are known (304)`,
      aim: () => known(bench),
      requests: many,
      bar: 1.8,
    },
    {
      name: 'cached ask',
      aim: () => posted(bench, '/api/ask', () => ({ question: QUESTION })),
      requests: some / 2,
    },
    {
      name: 'uncached ask',
      aim: () => posted(bench, '/api/ask', () => ({ question: `${QUESTION} Case ${asked++}.` })),
      requests: few,
    },
  ]
}

export const UNGUARDED = 'the guarded route, without its guard'
export const FRESH = 'guarded route, fresh token'
export const GUARDED = 'guarded route, token seen before'

export const guardedRow = (bench: Bench, scale: number): Row => {
  const aim = async () => got(`${bench.edge}/bench/guarded`, await bench.mintTokens(1))
  return { name: GUARDED, aim, requests: 2000 * scale, bar: 2 }
}

/** Looked at once a minute by the identity Worker, otherwise known to the isolate. */
async function makeKey({ edge }: Bench, authorization: string): Promise<string> {
  const given = { name: 'Bench', scopes: ['flag.read'] }
  const response = await post(`${edge}/api/admin/api-keys`, given, { authorization })
  return String(Object(await response.json()).key)
}

const EVALUATE = '/ofrep/v1/evaluate/flags'
const numbered = (count: number) => Array.from({ length: count }, (_, n) => `${FLAG}_${n}`)
const CONTEXT = { targetingKey: 'user-123', plan: 'premium' }

export const authorize = async (bench: Bench) => `Bearer ${(await bench.mintTokens(1)).join('')}`

/** What everything else is compared with. */
export const bareRow = (bench: Bench, scale: number): Row => {
  return { name: 'bare handler', aim: () => got(bench.bare), requests: 2000 * scale }
}

/** @param tokens Used in turn; with one token every request has the same. */
function got(url: string, tokens: string[] = []): Target {
  const headers = tokens.map((token) => ({ authorization: `Bearer ${token}` }))
  return { url, status: 200, shot: (n) => ({ headers: headers[n % headers.length] ?? {} }) }
}

async function posted(bench: Bench, path: string, body: () => object): Promise<Target> {
  const authorization = await authorize(bench)
  const headers = { authorization, 'content-type': 'application/json; charset=utf-8' }
  const shot = () => ({ method: 'POST' as const, headers, body: JSON.stringify(body()) })
  return { url: bench.edge + path, status: 200, shot }
}

/** With the tag of an answer that was just given. */
async function known(bench: Bench): Promise<Target> {
  const target = await posted(bench, EVALUATE, () => ({ context: CONTEXT }))
  const { headers = {}, body = '' } = target.shot(0)
  const response = await fetch(target.url, { method: 'POST', headers, body })
  await response.body?.cancel()
  const asked = { ...headers, 'if-none-match': response.headers.get('etag') ?? '' }
  return { ...target, status: 304, shot: () => ({ method: 'POST', headers: asked, body }) }
}

const QUESTION = 'How do I roll back a deployment?'
