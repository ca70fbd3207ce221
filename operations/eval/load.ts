/** Puts the documents of a set into a knowledge base, each as a file of its own, and waits for them. */
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import type { Api } from './api.ts'
import type { SetDocument } from './set.ts'

const Submitted = z.object({ document: z.object({ id: z.string(), status: z.string() }) })
const Page = z.object({ items: z.array(z.object({ id: z.string(), status: z.string() })) })
const Base = z.object({ chunks: z.int() })

const DOCUMENTS = '/api/admin/kb/documents'
const LANES = 6
const POLL_MS = 3000
/** Waiting ends when nothing became searchable for so long. */
const PATIENCE_MS = 300_000

/**
 * Files whose bytes are there already are not indexed again, so loading twice is loading once.
 *
 * @returns ids of the knowledge base by ids of the set
 * @throws Error when a document fails, or when nothing happens any more
 */
export async function loadDocuments(
  api: Api,
  kbId: string,
  documents: readonly SetDocument[],
  report: (line: string) => void,
): Promise<Map<string, string>> {
  const ids = new Map<string, string>()
  const open = new Set<string>()
  const left = documents.values()
  const lane = async () => {
    for (const document of left) {
      const body = new FormData()
      body.set('file', fileOf(document))
      const path = `${DOCUMENTS}?kb=${kbId}`
      const { document: made } = await api.json(Submitted, 'POST', path, body)
      ids.set(document.id, made.id)
      if (made.status !== 'ready') open.add(made.id)
      if (ids.size % 500 === 0) report(`uploaded ${ids.size} of ${documents.length}`)
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  if (open.size > 0) await settle(api, kbId, open, report)
  return ids
}

/** Until no document is on its way. @throws Error naming one that failed */
async function settle(
  api: Api,
  kbId: string,
  open: ReadonlySet<string>,
  report: (line: string) => void,
): Promise<void> {
  let [chunks, since] = [-1, Date.now()]
  while (await isBusy(api, kbId)) {
    const base = await api.json(Base, 'GET', `/api/admin/kb/bases/${kbId}`)
    if (base.chunks !== chunks) since = Date.now()
    if (Date.now() - since > PATIENCE_MS) throw new Error('Indexing does not go on.')
    chunks = base.chunks
    report(`${chunks} chunks can be found`)
    await setTimeout(POLL_MS)
  }
  for (const status of ['failed', 'needs_ocr', 'cancelled']) {
    const { items } = await api.json(
      Page,
      'GET',
      `${DOCUMENTS}?limit=100&kb=${kbId}&status=${status}`,
    )
    const bad = items.find(({ id }) => open.has(id))
    if (bad) throw new Error(`The document ${bad.id} ended as ${bad.status}.`)
  }
}

async function isBusy(api: Api, kbId: string): Promise<boolean> {
  for (const status of ['queued', 'parsing', 'embedding']) {
    const { items } = await api.json(
      Page,
      'GET',
      `${DOCUMENTS}?limit=1&kb=${kbId}&status=${status}`,
    )
    if (items.length > 0) return true
  }
  return false
}

/** As a page of HTML, whose title is a field of its own; plain text has none. */
function fileOf({ id, title, text }: SetDocument): File {
  const page = `<!doctype html><title>${escape(title)}</title><p>${escape(text)}</p>`
  return new File([page], `${id}.html`, { type: 'text/html' })
}

const escape = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
