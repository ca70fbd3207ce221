import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Submitted } from '../../workers/knowledge/schemas.ts'
import { startApp, type TestApp } from './harness.ts'
import { DOCUMENTS, upload } from './knowledge-harness.ts'

let app: TestApp
beforeAll(async () => void (app = await startApp()))
afterEach(() => app.settle())
afterAll(() => app?.close())

const MB = 1024 * 1024

test.each([
  ['an empty file', 'a.txt', '', 422, 'invalid_fields', /empty/],
  ['a file that is no PDF', 'a.pdf', 'plain words', 422, 'invalid_fields', /application\/pdf/],
  [
    'a binary file named as text',
    'a.txt',
    '\0\u0001\u0002bin',
    422,
    'invalid_fields',
    /text\/plain/,
  ],
  ['an unknown type', 'a.exe', 'MZ', 415, 'unsupported_media_type', /\.pdf.*\.md.*\.txt/],
  ['a PDF named as a Word file', 'a.docx', '%PDF-1.7', 422, 'invalid_fields', /wordprocessingml/],
  ['an archive named as text', 'a.csv', 'PK\u0003\u0004', 422, 'invalid_fields', /text\/csv/],
  ['30 MB', 'a.txt', 'x'.repeat(30 * MB), 413, 'payload_too_large', /25 MB/],
])('%s is refused with what to do', async (_name, file, content, status, code, detail) => {
  const response = await upload(app, file, content)
  expect(response.status).toBe(status)
  expect(await response.json()).toMatchObject({ code, detail: expect.stringMatching(detail) })
  expect(app.queued).toEqual([])
  expect((await app.env.FILES.list({ prefix: 'tenants/acme' })).objects).toEqual([])
})

test.each([
  ['JSON', 'application/json', '{}', 415],
  ['no content type', '', 'x', 415],
  ['another field', 'multipart/form-data; boundary=b', form('other', 'a.txt', 'x'), 422],
  [
    'a field that is no file',
    'multipart/form-data; boundary=b',
    '--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--',
    422,
  ],
  [
    'a body that breaks off',
    'multipart/form-data; boundary=b',
    form('file', 'a.txt', 'x').slice(0, -9),
    400,
  ],
  ['no body', 'multipart/form-data; boundary=b', null, 400],
])('an upload of %s is refused', async (_name, type, body, status) => {
  const headers = { authorization: `Bearer ${await app.token()}`, 'content-type': type }
  const response = await app.request(DOCUMENTS, { method: 'POST', headers, body })
  expect(response.status).toBe(status)
})

function form(name: string, file: string, content: string): string {
  const disposition = `Content-Disposition: form-data; name="${name}"; filename="${file}"`
  return `--b\r\n${disposition}\r\nContent-Type: text/plain\r\n\r\n${content}\r\n--b--\r\n`
}

test('a file of exactly 25 MB arrives whole', async () => {
  const body = new Uint8Array(25 * MB).fill(97)
  const response = await upload(app, 'big.txt', body)
  expect(response.status).toBe(202)
  const { document } = await response.json<Submitted>()
  const stored = await app.env.FILES.head(`tenants/acme/documents/${document.id}/original`)
  expect(stored?.size).toBe(25 * MB)
  await app.send('DELETE', `${DOCUMENTS}/${document.id}`)
})

test.each([
  ['an empty question', { question: '  ' }, 422],
  ['no question', {}, 422],
  ['too long a question', { question: 'x'.repeat(4001) }, 422],
  ['an unknown field', { question: 'x', tenant: 'globex' }, 422],
  ['broken JSON', '{', 400],
])('%s is a problem', async (_name, body, status) => {
  expect((await app.send('POST', '/api/ask', body)).status).toBe(status)
})
