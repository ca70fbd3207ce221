/** Attributes of files, and what searches and answers make of them, through the official client. */
import type OpenAI from 'openai'
import { toFile } from 'openai'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { drain } from '../http/knowledge-harness.ts'
import { startSurface, type Surface } from './openai-harness.ts'

let app: Surface
let client: OpenAI
beforeAll(async () => {
  app = await startSurface()
  client = await app.openai()
})
afterEach(() => app.settle())
afterAll(() => app?.close())

const upload = async (name: string, text: string) =>
  client.files.create({ purpose: 'assistants', file: await toFile(Buffer.from(text), name) })

test('files have attributes, and searches and answers go by them', async () => {
  const store = await client.vectorStores.create({ name: 'Years' })
  const inStore = { vector_store_id: store.id }
  const ids: Record<number, string> = {}
  for (const year of [2024, 2025, 2026]) {
    const { id } = await upload(`${year}.md`, `# Pump\n\nThe pump runs at ${year} turns.\n`)
    const attributes = { year, draft: false }
    const placed = await client.vectorStores.files.create(store.id, { file_id: id, attributes })
    expect(placed.attributes).toEqual(attributes)
    ids[year] = id
  }
  await drain(app)
  const query = 'At how many turns does the pump run?'
  const namesBy = async (filters: OpenAI.VectorStoreSearchParams['filters']) => {
    const { data } = await client.vectorStores.search(store.id, { query, filters: filters! })
    return data.map(({ filename }) => filename).toSorted()
  }
  const after2024 = { type: 'gt' as const, key: 'year', value: 2024 }
  expect(await namesBy(after2024)).toEqual(['2025.md', '2026.md'])
  const only2025 = {
    type: 'and' as const,
    filters: [after2024, { ...after2024, type: 'lt' as const, value: 2026 }],
  }
  expect(await namesBy(only2025)).toEqual(['2025.md'])
  const { data: hits } = await client.vectorStores.search(store.id, { query, filters: only2025 })
  expect(hits[0]?.attributes).toEqual({
    year: 2025,
    draft: false,
    page: 1,
    start: expect.any(Number),
    end: expect.any(Number),
    url: expect.stringContaining(ids[2025] ?? ''),
  })

  const ask = (tool: { filters?: typeof only2025; max_num_results?: number }) =>
    client.responses.create({
      model: 'va-rag',
      input: query,
      tools: [{ type: 'file_search', vector_store_ids: [store.id], ...tool }],
      include: ['file_search_call.results'],
    })
  const resultsOf = ({ output: [search] }: OpenAI.Responses.Response) =>
    search?.type === 'file_search_call' ? search.results! : []
  const namesOf = (response: OpenAI.Responses.Response) =>
    resultsOf(response).map(({ filename }) => filename)
  expect(namesOf(await ask({}))).toHaveLength(3)
  const filtered = await ask({ filters: only2025 })
  expect(filtered.output_text).toMatch(/2025 turns.* \[1\]/)
  expect(namesOf(filtered)).toEqual(['2025.md'])
  const [result] = resultsOf(filtered)
  expect(result?.attributes).toMatchObject({ year: 2025, draft: false, page: 1 })
  expect(filtered.tools).toMatchObject([{ filters: only2025 }])
  expect(namesOf(await ask({ max_num_results: 2 }))).toHaveLength(2)

  const moved = { attributes: { year: 2020 }, ...inStore }
  expect(await client.vectorStores.files.update(ids[2025]!, moved)).toMatchObject({
    id: ids[2025],
    attributes: { year: 2020 },
  })
  expect(await namesBy(after2024)).toEqual(['2026.md'])
  expect(namesOf(await ask({ filters: only2025 }))).toEqual([])
  await client.vectorStores.files.update(ids[2026]!, { attributes: null, ...inStore })
  const bare = await client.vectorStores.files.retrieve(ids[2026]!, inStore)
  expect(bare.attributes).toEqual({})
  expect(await namesBy(after2024)).toEqual([])

  // Put in once more, a file has what is said now, and what it had where nothing is said.
  const again = { file_id: ids[2024]!, attributes: { year: 2030 } }
  await client.vectorStores.files.create(store.id, again)
  const same = await client.vectorStores.files.create(store.id, { file_id: ids[2024]! })
  expect(same.attributes).toEqual({ year: 2030 })
  const pair = { file_ids: [ids[2025]!, ids[2026]!], attributes: { year: 2031 } }
  await client.vectorStores.fileBatches.create(store.id, pair)
  expect(await namesBy(after2024)).toEqual(['2024.md', '2025.md', '2026.md'])
})
