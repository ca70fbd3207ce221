/** How long documents take from their upload to being found. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { makePdf } from '../e2e/pdf.ts'
import { words } from './corpus.ts'
import type { Bench } from './stack.ts'

const GUIDE = join(import.meta.dirname, '../../docs/operations/runbooks/DEPLOYMENT.md')
const DOCUMENTS = '/api/admin/kb/documents'
const POLL_MS = 100
const LONGEST_MS = 120_000

/** What the questions of rows.ts are answered from. */
export async function indexGuide(bench: Bench, authorization: string): Promise<void> {
  const text = await readFile(GUIDE)
  await index(bench, authorization, new File([text], 'DEPLOYMENT.md', { type: 'text/markdown' }))
}

/** @returns seconds from the upload to `ready` of a PDF with a hundred full pages */
export async function indexPdf(bench: Bench, authorization: string): Promise<number> {
  const line = (page: number) => `Chapter ${page} is about valves, pumps and what they need.`
  const pages = Array.from({ length: 100 }, (_, page) => `${line(page)}\n`.repeat(40))
  const file = new File([await makePdf(pages)], 'machines.pdf', { type: 'application/pdf' })
  const started = performance.now()
  await index(bench, authorization, file)
  return (performance.now() - started) / 1000
}

/**
 * Documents of about 200 chunks each, four uploads at once.
 *
 * @returns chunks a second, from the first upload to when the last document can be found
 */
export async function indexMany(bench: Bench, authorization: string, count: number) {
  // A word in twelve letters and a space: about 1,200 characters a paragraph, each a chunk.
  const paragraph = () => words(120)
  const text = () => Array.from({ length: 200 }, paragraph).join('\n\n')
  const files = Array.from({ length: count }, (_, at) => new File([text()], `volume-${at}.txt`))
  const left = files.values()
  let chunks = 0
  const lane = async () => {
    for (const file of left) chunks += await index(bench, authorization, file)
  }
  const began = performance.now()
  await Promise.all([lane(), lane(), lane(), lane()])
  return chunks / ((performance.now() - began) / 1000)
}

/** @returns its chunks @throws Error when the document is not searchable within two minutes */
async function index({ edge }: Bench, authorization: string, file: File): Promise<number> {
  const form = new FormData()
  form.set('file', file)
  const headers = { authorization }
  const sent = await fetch(edge + DOCUMENTS, { method: 'POST', headers, body: form })
  const text = await sent.text()
  if (!sent.ok) throw new Error(`The upload was answered ${sent.status}: ${text}`)
  const { id } = Object(JSON.parse(text)).document
  for (let waited = 0; waited < LONGEST_MS; waited += POLL_MS) {
    const answer: unknown = await (await fetch(`${edge}${DOCUMENTS}/${id}`, { headers })).json()
    if (Object(answer).status === 'ready') return Number(Object(answer).chunks)
    await setTimeout(POLL_MS)
  }
  throw new Error(`${file.name} was not ready after two minutes.`)
}
