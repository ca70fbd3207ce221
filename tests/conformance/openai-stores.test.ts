/** Files and vector stores through the official client, unchanged; and what another tenant gets of them. */
import type OpenAI from 'openai'
import { BadRequestError, ConflictError, NotFoundError, toFile } from 'openai'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { drain } from '../http/knowledge-harness.ts'
import { startSurface, type Surface } from './openai-harness.ts'

let app: Surface
let client: OpenAI
let other: OpenAI
beforeAll(async () => {
  app = await startSurface()
  client = await app.openai()
  other = await app.openai({ tenant: 'globex' })
})
afterEach(() => app.settle())
afterAll(() => app?.close())

const OOLONG = '# Oolong\n\nOolong is brewed at 88 degrees for three minutes.\n'
const upload = async (name: string, text: string, by = client) =>
  by.files.create({ purpose: 'assistants', file: await toFile(Buffer.from(text), name) })

/** The indexer works while the client polls. */
async function indexing<Result>(work: Promise<Result>): Promise<Result> {
  const state = { isOver: false }
  const done = work.finally(() => void (state.isOver = true))
  while (!state.isOver) {
    await drain(app)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return done
}

test('a file is uploaded, read, listed and deleted', async () => {
  const file = await upload('oolong.md', OOLONG)
  expect(file).toMatchObject({ object: 'file', filename: 'oolong.md', bytes: OOLONG.length })
  expect(file).toMatchObject({ status: 'uploaded', purpose: 'assistants' })
  expect(file.expires_at! - file.created_at).toBe(86_400)
  expect(await client.files.retrieve(file.id)).toEqual(file)
  const content = await client.files.content(file.id)
  expect(await content.text()).toBe(OOLONG)
  expect(content.headers.get('content-disposition')).toContain('attachment')
  const second = await upload('two.txt', 'Second file.')
  const listed = []
  for await (const one of client.files.list({ limit: 1 })) listed.push(one.id)
  expect(listed).toEqual([second.id, file.id])
  expect(await client.files.delete(second.id)).toMatchObject({ deleted: true })
  await expect(client.files.retrieve(second.id)).rejects.toThrow(NotFoundError)
  await expect(client.files.content(second.id)).rejects.toThrow(NotFoundError)
})

test('what is in no vector store is found by nobody', async () => {
  const asked = await client.responses.create({ model: 'va-rag', input: 'How is oolong brewed?' })
  expect(asked.output_text).toMatch(/could not find/)
})

test('a file is put into a store, polled until it is there, searched and asked', async () => {
  const store = await client.vectorStores.create({ name: 'Teas' })
  expect(store).toMatchObject({ object: 'vector_store', name: 'Teas', status: 'completed' })
  const file = await upload('oolong-2.md', OOLONG.replace('88', '89'))
  const placed = await indexing(
    client.vectorStores.files.createAndPoll(store.id, { file_id: file.id }),
  )
  expect(placed).toMatchObject({ id: file.id, status: 'completed', last_error: null })
  expect(await client.files.retrieve(file.id)).toMatchObject({ status: 'processed' })
  expect(await client.vectorStores.retrieve(store.id)).toMatchObject({
    file_counts: { completed: 1, total: 1, in_progress: 0 },
  })

  const found = await client.vectorStores.search(store.id, {
    query: 'How many degrees is oolong brewed at?',
    max_num_results: 3,
  })
  const [hit] = found.data
  expect(hit).toMatchObject({ file_id: file.id, filename: 'oolong-2.md' })
  expect(hit!.content[0]!.text).toContain('89 degrees')
  expect(hit!.attributes).toMatchObject({ page: 1, url: expect.stringContaining(file.id) as never })
  const strict = await client.vectorStores.search(store.id, {
    query: 'football in Lisbon',
    ranking_options: { score_threshold: 0.9 },
  })
  expect(strict.data).toEqual([])

  const tools = [{ type: 'file_search' as const, vector_store_ids: [store.id] }]
  const input = 'At how many degrees is oolong brewed?'
  const answer = await client.responses.create({ model: 'va-rag', input, tools })
  expect(answer.output_text).toMatch(/89 degrees.* \[1\]/)
  const chat = await client.chat.completions.create({
    model: `va-rag:${store.id}`,
    messages: [{ role: 'user', content: input }],
  })
  expect(chat.choices[0]!.message.content).toBe(answer.output_text)
  const elsewhere = await client.responses.create({ model: 'va-rag:default', input })
  expect(elsewhere.output_text).toMatch(/could not find/)
  const models = await client.models.list()
  expect(models.data.map(({ id }) => id)).toContain(`va-rag:${store.id}`)
})

test('files are put in together, followed, listed and cancelled together', async () => {
  const store = await client.vectorStores.create({ name: 'Batch' })
  const files = [await upload('a.txt', 'Aspen trees are tall.'), await upload('b.txt', 'Birch.')]
  const ids = files.map(({ id }) => id)
  const batch = await indexing(
    client.vectorStores.fileBatches.createAndPoll(store.id, { file_ids: ids }),
  )
  expect(batch).toMatchObject({ status: 'completed', file_counts: { completed: 2, total: 2 } })
  const listed = await client.vectorStores.fileBatches.listFiles(batch.id, {
    vector_store_id: store.id,
  })
  expect(listed.data.map(({ id }) => id)).toEqual(ids)

  const late = [await upload('c.txt', 'Cedar.'), await upload('d.txt', 'Deodar.')]
  const begun = await client.vectorStores.fileBatches.create(store.id, {
    file_ids: late.map(({ id }) => id),
  })
  expect(begun).toMatchObject({ status: 'in_progress', file_counts: { in_progress: 2 } })
  const stopped = await client.vectorStores.fileBatches.cancel(begun.id, {
    vector_store_id: store.id,
  })
  expect(stopped).toMatchObject({ status: 'cancelled', file_counts: { cancelled: 2 } })
  await drain(app)
  const all = []
  for await (const one of client.vectorStores.files.list(store.id, { limit: 3 })) all.push(one)
  expect(all.map(({ status }) => status)).toEqual([
    'cancelled',
    'cancelled',
    'completed',
    'completed',
  ])
})

test('a store is renamed, and goes with what is in it', async () => {
  const file = await upload('fig.txt', 'Figs ripen in August.')
  const store = await client.vectorStores.create({ name: 'Figs', file_ids: [file.id] })
  expect(store.file_counts).toMatchObject({ in_progress: 1, total: 1 })
  await drain(app)
  expect(await client.vectorStores.update(store.id, { name: 'Fruit' })).toMatchObject({
    name: 'Fruit',
  })
  const listed = []
  for await (const one of client.vectorStores.list({ limit: 2 })) listed.push(one.id)
  expect(listed[0]).toBe(store.id)
  expect(listed).toContain('default')
  const query = 'When do figs ripen?'
  expect((await client.vectorStores.search(store.id, { query })).data).toHaveLength(1)
  await client.vectorStores.files.delete(file.id, { vector_store_id: store.id })
  expect((await client.vectorStores.search(store.id, { query })).data).toEqual([])
  expect(await client.vectorStores.delete(store.id)).toMatchObject({ deleted: true })
  await expect(client.vectorStores.retrieve(store.id)).rejects.toThrow(NotFoundError)
  await expect(client.vectorStores.delete('default')).rejects.toThrow(ConflictError)
})

test('a file that cannot be read says why, and the same bytes are one document', async () => {
  const store = await client.vectorStores.create({ name: 'Broken' })
  const broken = await upload('broken.pdf', '%PDF-1.4 nothing more')
  const placed = await indexing(
    client.vectorStores.files.createAndPoll(store.id, { file_id: broken.id }),
  )
  expect(placed).toMatchObject({ status: 'failed', last_error: { code: 'invalid_file' } })
  expect(await client.files.retrieve(broken.id)).toMatchObject({ status: 'error' })

  const [first, second] = [await upload('x.txt', 'Yew.'), await upload('y.txt', 'Yew.')]
  const one = await client.vectorStores.files.create(store.id, { file_id: first.id })
  const same = await client.vectorStores.files.create(store.id, { file_id: second.id })
  expect(same.id).toBe(one.id)
  expect((await client.vectorStores.files.create(store.id, { file_id: first.id })).id).toBe(one.id)
  const elsewhere = client.vectorStores.files.create('default', { file_id: first.id })
  await expect(elsewhere).rejects.toThrow(ConflictError)
})

const FILE = '019ac0de-0000-7000-8000-000000000001'

test('what is not there is refused by its name', async () => {
  const send = (path: string, body: object) => app.send('POST', `/v1${path}`, body)
  const store = await client.vectorStores.create({ name: 'Refusals' })
  const cases: [string, object, string][] = [
    ['/vector_stores', { name: 'x', metadata: { a: 'b' } }, 'metadata.a'],
    ['/vector_stores', { expires_after: { anchor: 'last_active_at', days: 1 } }, 'expires_after'],
    ['/vector_stores', { file_ids: ['file-1'] }, 'file_ids.0'],
    ['/vector_stores', { chunking_strategy: { type: 'static' } }, 'chunking_strategy.type'],
    [`/vector_stores/${store.id}/files`, { file_id: 'file-1' }, 'file_id'],
    [`/vector_stores/${store.id}/files`, { file_id: FILE, attributes: { a: [] } }, 'attributes.a'],
    [`/vector_stores/${store.id}/files/${FILE}`, {}, 'attributes'],
    [`/vector_stores/${store.id}/files/${FILE}`, { attributes: { a: null } }, 'attributes.a'],
    [`/vector_stores/${store.id}/file_batches`, { file_ids: [] }, 'file_ids'],
    [`/vector_stores/${store.id}/search`, { query: '' }, 'query'],
    [`/vector_stores/${store.id}/search`, { query: 'x', max_num_results: 51 }, 'max_num_results'],
    [`/vector_stores/${store.id}/search`, { query: 'x', filters: { type: 'eq' } }, 'filters'],
  ]
  for (const [path, body, param] of cases) {
    const answer = await send(path, body)
    expect([path, answer.status]).toEqual([path, 400])
    const { error } = await answer.json<{ error: { param: string } }>()
    expect(error.param).toBe(param)
  }
  await expect(upload('x.exe', 'MZ')).rejects.toThrow(/not accepted/)
  await expect(upload('x.pdf', 'no pdf')).rejects.toThrow(BadRequestError)
})

test('another tenant’s files, stores and batches are not there, by any way', async () => {
  const file = await upload('secret.txt', 'The password is xanthophyll.')
  const store = await client.vectorStores.create({ name: 'Secrets', file_ids: [file.id] })
  const loose = await upload('loose.txt', 'Another xanthophyll.')
  const batch = await client.vectorStores.fileBatches.create(store.id, { file_ids: [loose.id] })
  await drain(app)
  const own = await other.vectorStores.create({ name: 'Mine' })
  const query = 'What is the password?'
  const inStore = { vector_store_id: store.id }
  const tools = [{ type: 'file_search' as const, vector_store_ids: [own.id, store.id] }]
  const attempts: Promise<unknown>[] = [
    other.files.retrieve(file.id),
    other.files.content(file.id),
    other.files.delete(file.id),
    other.vectorStores.retrieve(store.id),
    other.vectorStores.update(store.id, { name: 'Mine' }),
    other.vectorStores.delete(store.id),
    other.vectorStores.search(store.id, { query }),
    other.vectorStores.files.list(store.id),
    other.vectorStores.files.retrieve(file.id, inStore),
    other.vectorStores.files.update(file.id, { attributes: { mine: true }, ...inStore }),
    other.vectorStores.files.update(file.id, {
      attributes: { mine: true },
      vector_store_id: own.id,
    }),
    other.vectorStores.files.delete(file.id, inStore),
    other.vectorStores.files.create(own.id, { file_id: file.id }),
    other.vectorStores.files.create(store.id, { file_id: file.id }),
    other.vectorStores.files.retrieve(file.id, { vector_store_id: own.id }),
    other.vectorStores.fileBatches.create(own.id, { file_ids: [loose.id] }),
    other.vectorStores.fileBatches.retrieve(batch.id, inStore),
    other.vectorStores.fileBatches.retrieve(batch.id, { vector_store_id: own.id }),
    other.vectorStores.fileBatches.cancel(batch.id, inStore),
    other.vectorStores.fileBatches.listFiles(batch.id, inStore),
    other.vectorStores.create({ name: 'Taken', file_ids: [file.id] }),
    other.responses.create({ model: 'va-rag', input: query, tools }),
    other.responses.create({ model: `va-rag:${store.id}`, input: query }),
    other.chat.completions.create({
      model: `va-rag:${store.id}`,
      messages: [{ role: 'user', content: query }],
    }),
    other.models.retrieve(`va-rag:${store.id}`),
  ]
  const outcomes = await Promise.allSettled(attempts)
  for (const [at, outcome] of outcomes.entries()) {
    expect([at, outcome.status]).toEqual([at, 'rejected'])
    const { reason } = outcome as PromiseRejectedResult
    expect([at, reason]).toEqual([at, expect.any(NotFoundError)])
    expect(String(reason)).not.toContain('xanthophyll')
  }
  const listed = []
  for await (const one of other.files.list()) listed.push(one)
  expect(listed).toEqual([])
  expect((await other.vectorStores.list()).data.map(({ name }) => name)).not.toContain('Secrets')
  // The owner finds all of it there, as it was.
  expect((await client.vectorStores.search(store.id, { query })).data).toHaveLength(2)
  expect((await client.vectorStores.retrieve(store.id)).name).toBe('Secrets')
})
