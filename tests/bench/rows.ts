/** What is measured: one row per kind of request, with the most it may cost. */
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

/** @param freshTokens As many as the row with fresh tokens fires in all. */
export async function rowsOf(bench: Bench, scale: number, rounds: number): Promise<Row[]> {
  const { edge, token } = bench
  const authorization = `Bearer ${token}`
  await post(`${edge}/api/admin/feature-flags`, { name: FLAG, enabled: true }, { authorization })

  const freshRequests = Math.round(800 * scale)
  const fresh = await bench.mintTokens(freshRequests * (rounds + 1))
  const guarded = `${edge}/bench/guarded`
  const evaluation = {
    url: `${edge}/ofrep/v1/evaluate/flags/${FLAG}`,
    status: 200,
    shot: () => ({
      method: 'POST' as const,
      headers: { authorization, 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ context: { targetingKey: 'user-123', plan: 'premium' } }),
    }),
  }
  return [
    {
      name: 'text route (/live)',
      target: { url: `${edge}/live`, status: 200, shot: () => ({}) },
      requests: Math.round(4000 * scale),
      bar: 1.6,
    },
    {
      name: 'guarded route, token seen before',
      target: { url: guarded, status: 200, shot: () => ({ headers: { authorization } }) },
      requests: Math.round(4000 * scale),
      bar: 2,
    },
    {
      name: 'guarded route, fresh token',
      target: { url: guarded, status: 200, shot: freshShots(fresh) },
      requests: freshRequests,
      bar: 4.5,
    },
    { name: 'flag evaluation (OFREP)', target: evaluation, requests: 4000 * scale, bar: 2.3 },
  ]
}

/** Each token once, in the order they were minted, whatever round it is. */
function freshShots(tokens: string[]) {
  let used = 0
  return () => ({ headers: { authorization: `Bearer ${tokens[used++] ?? ''}` } })
}
