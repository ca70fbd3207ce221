/** Which guides are sent, and which not; the knowledge base is one in memory. */
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { KnowledgeBase } from '../../../local/supervisor/api.ts'
import { seedGuides } from '../../../local/supervisor/seed.ts'

let directory: string
let memory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'seed-'))
  memory = join(directory, 'seeded.json')
})
afterEach(() => rmSync(directory, { recursive: true }))

/** Documents become ready when they are first looked at. */
function memoryBase(tenantId = 'tenant-1') {
  const documents = new Map<string, { id: string; status: string }>()
  const names: string[] = []
  const base: KnowledgeBase = {
    tenantId,
    async upload(name) {
      const document = { id: `document-${names.push(name)}`, status: 'queued' }
      documents.set(document.id, document)
      return document
    },
    async list() {
      for (const document of documents.values()) document.status = 'ready'
      return [...documents.values()]
    },
    remove: async (id) => void documents.delete(id),
  }
  return { base, documents, names }
}

const seed = (base: KnowledgeBase, signal = new AbortController().signal) =>
  seedGuides(base, memory, () => {}, signal)

test('sends every guide once', async () => {
  const { base, names } = memoryBase()
  const first = await seed(base)
  expect(first.total).toBeGreaterThan(0)
  expect(first).toEqual({ ready: names.length, failed: 0, total: names.length })
  expect(await seed(base)).toEqual({ ready: 0, failed: 0, total: 0 })
})

test('replaces a guide that changed', async () => {
  const { base, documents, names } = memoryBase()
  await seed(base)
  const count = documents.size
  const seeded = JSON.parse(await readFile(memory, 'utf8'))
  const [path] = Object.keys(seeded.files)
  const old = seeded.files[path!]
  await writeFile(
    memory,
    JSON.stringify({ ...seeded, files: { ...seeded.files, [path!]: { ...old, sha256: 'old' } } }),
  )
  expect(await seed(base)).toMatchObject({ total: 1 })
  expect(names).toHaveLength(count + 1)
  expect(documents.size).toBe(count)
  expect(documents.has(old.documentId)).toBe(false)
})

test('does not bring back a guide its owner deleted', async () => {
  const { base, documents, names } = memoryBase()
  await seed(base)
  await base.remove('document-1')
  await seed(base)
  expect(documents.size).toBe(names.length - 1)
})

test('starts anew in another database', async () => {
  await seed(memoryBase('tenant-1').base)
  const other = memoryBase('tenant-2')
  expect((await seed(other.base)).total).toBe(other.names.length)
  expect(other.names.length).toBeGreaterThan(0)
})

test('remembers what was sent when it is cut short', async () => {
  const { base, names } = memoryBase()
  const stopping = new AbortController()
  const cut: KnowledgeBase = {
    ...base,
    upload(name, content) {
      stopping.abort()
      return base.upload(name, content)
    },
  }
  await seed(cut, stopping.signal)
  expect(names).toHaveLength(1)
  const { total } = await seed(base)
  expect(names).toHaveLength(total + 1)
  expect(new Set(names).size).toBeGreaterThan(1)
})
