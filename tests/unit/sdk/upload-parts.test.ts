import { expect, test } from 'vitest'
import { VoiceAssist } from '../../../sdk/client.ts'
import { type Reply, serve } from './server.ts'

const MB = 1024 * 1024
const PART = 5 * MB
const json = (value: unknown, status = 200): Reply => ({ status, body: JSON.stringify(value) })
const upload = (parts: number[]) =>
  json({ id: 'u1', bytes: 12 * MB, partBytes: PART, parts: parts.map(partOf) })
const partOf = (number: number) => ({ number, bytes: PART })
const added = json({ document: { id: 'u1' }, job: { id: 'j1' } }, 202)
const file = () => new Blob([new Uint8Array(12 * MB)])
const brief = ({ method, path, body }: { method: string; path: string; body: string }) =>
  `${method} ${path.replace('/api/admin/kb/uploads', '')} ${body.length > 200 ? body.length / MB : ''}`.trim()

test('a file above 8 MB goes in parts, and its progress grows', async () => {
  const { url, seen } = await serve(upload([]), json(partOf(1)), json(partOf(2)), json({}), added)
  const progress: number[] = []
  const result = await new VoiceAssist({ url }).documents.upload(file(), 'a.pdf', {
    onProgress: (sent) => progress.push(sent / MB),
  })
  expect(result).toMatchObject({ isNew: true, document: { id: 'u1' } })
  expect(seen.map(brief)).toEqual([
    'POST',
    'PUT /u1/parts/1 5',
    'PUT /u1/parts/2 5',
    'PUT /u1/parts/3 2',
    'POST /u1/complete',
  ])
  expect(progress).toEqual([5, 10, 12])
})

test('a part that broke off is sent again, the others are not', async () => {
  const broken = json({ code: 'invalid_request', detail: 'It broke off.' }, 400)
  const replies = [upload([]), json(partOf(1)), broken, json(partOf(2)), json({}), added]
  const { url, seen } = await serve(...replies)
  await new VoiceAssist({ url }).documents.upload(file(), 'a.pdf')
  expect(seen.map(brief).filter((line) => line.startsWith('PUT'))).toEqual([
    'PUT /u1/parts/1 5',
    'PUT /u1/parts/2 5',
    'PUT /u1/parts/2 5',
    'PUT /u1/parts/3 2',
  ])
})

test('an upload that is taken up sends what is missing and nothing twice', async () => {
  const { url, seen } = await serve(upload([1, 3]), json(partOf(2)), added)
  await new VoiceAssist({ url }).documents.upload(file(), 'a.pdf', { resume: 'u1' })
  expect(seen.map(brief)).toEqual(['GET /u1', 'PUT /u1/parts/2 5', 'POST /u1/complete'])
})

test('one that was thrown away meanwhile begins anew and says its id', async () => {
  const gone = json({ code: 'not_found', detail: 'There is none.' }, 404)
  const { url, seen } = await serve(gone, upload([1, 2, 3]), added)
  const ids: string[] = []
  const options = { resume: 'u0', onBegun: (id: string) => void ids.push(id) }
  await new VoiceAssist({ url }).documents.upload(file(), 'a.pdf', options)
  expect(ids).toEqual(['u1'])
  expect(seen.map(brief)).toEqual(['GET /u0', 'POST', 'POST /u1/complete'])
})

test('an upload that is stopped is thrown away', async () => {
  const { url, seen } = await serve(upload([]), json(partOf(1)))
  const abort = new AbortController()
  const options = { signal: abort.signal, onProgress: () => abort.abort() }
  const sent = new VoiceAssist({ url }).documents.upload(file(), 'a.pdf', options)
  await expect(sent).rejects.toMatchObject({ code: 'aborted' })
  expect(seen.map(brief).at(-1)).toBe('DELETE /u1')
})

test('a small file goes in one piece', async () => {
  const { url, seen } = await serve(added)
  await new VoiceAssist({ url }).documents.upload(new Blob(['x']), 'a.txt')
  expect(seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'POST /api/admin/kb/documents',
  ])
})

test('a file goes to the knowledge base it is meant for, whole or in parts', async () => {
  const { url, seen } = await serve(added, upload([1, 2, 3]), added)
  const { documents } = new VoiceAssist({ url })
  await documents.upload(new Blob(['x']), 'a.txt', { kb: 'manuals' })
  await documents.upload(file(), 'b.pdf', { kb: 'manuals' })
  expect(seen[0]?.path).toBe('/api/admin/kb/documents?kb=manuals')
  expect(JSON.parse(seen[1]?.body ?? '{}')).toMatchObject({ fileName: 'b.pdf', kb: 'manuals' })
})
