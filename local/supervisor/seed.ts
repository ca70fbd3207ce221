/**
 * The guides of this repository (`docs/`) as the first knowledge base. What was uploaded is
 * remembered by content: an unchanged guide is not sent again, a changed one replaces the old,
 * and one its owner has deleted stays deleted.
 */
import { createHash } from 'node:crypto'
import { glob, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import type { KnowledgeBase } from './api.ts'
import { readJson, writeJson } from './json-file.ts'
import { ROOT } from './paths.ts'

const Seeded = z.object({
  tenantId: z.string(),
  files: z.record(z.string(), z.object({ sha256: z.string(), documentId: z.string() })),
})
type Seeded = z.infer<typeof Seeded>

export interface Progress {
  ready: number
  failed: number
  total: number
}

const POLL_MS = 500
const DONE = new Set(['ready', 'failed', 'needs_ocr', 'cancelled'])

/**
 * Uploads what is new and waits until it is searchable.
 *
 * @param memory path of the file that remembers what was uploaded
 * @param onProgress called at every change
 * @param signal ends the waiting; what was uploaded is indexed nevertheless
 */
export async function seedGuides(
  knowledgeBase: KnowledgeBase,
  memory: string,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Progress> {
  const uploaded = await uploadChanges(knowledgeBase, memory, signal)
  let progress: Progress = { ready: 0, failed: 0, total: uploaded.size }
  while (progress.ready + progress.failed < progress.total && !signal.aborted) {
    onProgress(progress)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    progress = countDone(await knowledgeBase.list(), uploaded)
  }
  return progress
}

function countDone(documents: { id: string; status: string }[], wanted: Set<string>): Progress {
  const done = documents.filter(({ id, status }) => wanted.has(id) && DONE.has(status))
  const ready = done.filter(({ status }) => status === 'ready').length
  return { ready, failed: done.length - ready, total: wanted.size }
}

async function uploadChanges(
  knowledgeBase: KnowledgeBase,
  memory: string,
  signal: AbortSignal,
): Promise<Set<string>> {
  const seeded = await recall(memory, knowledgeBase.tenantId)
  const uploaded = new Set<string>()
  for await (const path of glob('docs/**/*.md', { cwd: ROOT })) {
    if (signal.aborted) break
    const content = await readFile(join(ROOT, path))
    const sha256 = createHash('sha256').update(content).digest('hex')
    const before = seeded.files[path]
    if (before?.sha256 === sha256) continue
    const { id } = await knowledgeBase.upload(basename(path), content)
    if (before && before.documentId !== id) await knowledgeBase.remove(before.documentId)
    seeded.files[path] = { sha256, documentId: id }
    // After each: a start cut short here does not upload twice.
    writeJson(memory, seeded)
    uploaded.add(id)
  }
  return uploaded
}

/** Another tenant means another database: nothing of it has been seeded. */
async function recall(memory: string, tenantId: string): Promise<Seeded> {
  const kept = await readJson(memory, Seeded)
  return kept?.tenantId === tenantId ? kept : { tenantId, files: {} }
}
