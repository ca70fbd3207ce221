/** A tenant with three documents, and sets of questions about them. */
import type { EvalImport, EvalSet } from '../../workers/evals/schemas.ts'
import { startApp, type TestApp } from './harness.ts'
import { learn } from './knowledge-harness.ts'

export const SETS = '/api/admin/kb/evals/sets'

const TEXTS = {
  'tides.md': '# Tides\n\nHigh water comes twice a day, six hours after low water.',
  'lamps.md': '# Lamps\n\nThe blue lantern of the pier is lit by the harbour master at dusk.',
  'nets.md': '# Nets\n\nNets are mended on Mondays by the crew of the second boat.',
}

/** @throws Error with the answer when it is not of this status */
export async function bodyOf<Body>(response: Response, status = 200): Promise<Body> {
  if (response.status !== status) throw new Error(`${response.status}: ${await response.text()}`)
  return response.json<Body>()
}

export const lines = (...rows: object[]) => rows.map((row) => JSON.stringify(row)).join('\n')

export type EvalApp = Awaited<ReturnType<typeof startEvals>>

export async function startEvals() {
  const app: TestApp = await startApp()
  const ids: Record<string, string> = {}
  for (const [name, text] of Object.entries(TEXTS)) ids[name] = await learn(app, name, text)
  let made = 0

  async function newSet(): Promise<EvalSet> {
    made += 1
    return bodyOf(await app.send('POST', SETS, { name: `Set ${made}` }), 201)
  }

  const take = async (id: string, text: string) =>
    bodyOf<EvalImport>(await app.send('POST', `${SETS}/${id}/import`, text))

  /** One case per text, and one that no text answers. */
  async function filledSet(): Promise<EvalSet> {
    const set = await newSet()
    await take(
      set.id,
      lines(
        { id: 't', text: 'When is high water?' },
        { id: 'l', text: 'Who lights the blue lantern?' },
        { id: 'n', text: 'When are nets mended?' },
        { id: 'x', text: 'Which asteroid did Kowalczyk map?' },
        { q: 't', d: 'tides.md', r: 1 },
        { q: 'l', d: ids['lamps.md'], r: 1 },
        { q: 'n', d: 'nets.md', r: 2 },
      ),
    )
    return set
  }

  return { ...app, ids, newSet, take, filledSet }
}
