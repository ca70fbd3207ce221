import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { boundaryOf, type PartHead, readParts } from '../../../workers/knowledge/multipart.ts'

async function* cut(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size)
}

async function parse(bytes: Uint8Array, boundary: string, size = 7) {
  const parts: { head: PartHead; bytes: number[] }[] = []
  for await (const event of readParts(cut(bytes, size), boundary)) {
    if (event.type === 'head') parts.push({ head: event.head, bytes: [] })
    else parts.at(-1)!.bytes.push(...event.bytes)
  }
  return parts
}

test('what a browser’s form data holds is read back, however it arrives', async () => {
  const bytes = fc.uint8Array({ maxLength: 300 })
  const lines = fc.constantFrom('\r\n', '--', '\r\n--', '\r\n\r\n', 'x')
  const contents = fc.oneof(
    bytes,
    fc.array(lines).map((parts) => new TextEncoder().encode(parts.join(''))),
  )
  const names = fc.constantFrom('a.txt', 'Übersicht "neu".md', 'файл.pdf', 'a;b.txt')
  await fc.assert(
    fc.asyncProperty(
      contents,
      names,
      fc.integer({ min: 1, max: 64 }),
      async (content, name, size) => {
        const form = new FormData()
        form.set('note', 'before')
        form.set('file', new File([content], name, { type: 'text/plain' }))
        const response = new Response(form)
        const boundary = boundaryOf(response.headers.get('content-type')!)!
        const body = new Uint8Array(await response.arrayBuffer())
        const [note, file] = await parse(body, boundary, size)
        expect(note).toMatchObject({ head: { name: 'note', fileName: undefined } })
        expect(file!.head).toEqual({ name: 'file', fileName: name, mediaType: 'text/plain' })
        expect(file!.bytes).toEqual([...content])
      },
    ),
  )
})

test.each([
  ['multipart/form-data; boundary=abc', 'abc'],
  ['Multipart/Form-Data; charset=utf-8; boundary="a b"', 'a b'],
  ['multipart/mixed; boundary=abc', undefined],
  ['application/json', undefined],
  ['multipart/form-data', undefined],
])('the boundary of %s', (contentType, boundary) => {
  expect(boundaryOf(contentType)).toBe(boundary)
})

test.each([
  ['nothing', ''],
  ['no boundary', 'hello'],
  ['a head that never ends', `--b\r\n${'x: y\r\n'.repeat(2000)}`],
  ['data that never ends', '--b\r\ncontent-disposition: form-data; name="f"\r\n\r\nabc'],
])('%s is malformed', async (_name, body) => {
  await expect(parse(new TextEncoder().encode(body), 'b')).rejects.toThrow(/body ends|no head/)
})
