/** The parser of server-sent events against the rules of WHATWG HTML 9.2.6, in every chunking. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readEventStream, type StreamEvent } from '../../../sdk/event-stream.ts'

function bodyOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
}

async function read(text: string, size = Infinity): Promise<StreamEvent[]> {
  const bytes = new TextEncoder().encode(text)
  const chunks: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size))
  return Array.fromAsync(readEventStream(bodyOf(chunks)))
}

test.each([
  ['data: one\n\n', [{ event: 'message', data: 'one', id: '' }]],
  ['event: delta\ndata:{"a":1}\n\n', [{ event: 'delta', data: '{"a":1}', id: '' }]],
  ['data: a\ndata:  b\n\n', [{ event: 'message', data: 'a\n b', id: '' }]],
  [': keep-alive\n\ndata\n\n', [{ event: 'message', data: '', id: '' }]],
  ['id: 7\r\ndata: x\r\n\r\n', [{ event: 'message', data: 'x', id: '7' }]],
  ['data: old mac\r\r', []],
  ['data: cut', []],
])('%j is read as its events', async (text, events) => {
  expect(await read(text)).toEqual(events)
})

test('how the bytes are cut into chunks changes nothing', async () => {
  const text = 'event: delta\r\ndata: Привет, 世界\r\n\r\n: ping\n\nid: 2\ndata: b\n\n'
  const whole = await read(text)
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 20 }), async (size) => {
      expect(await read(text, size)).toEqual(whole)
    }),
  )
})

test('leaving the loop early ends the body', async () => {
  let cancelled = false
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(new TextEncoder().encode('data: x\n\n'))
    },
    cancel() {
      cancelled = true
    },
  })
  for await (const event of readEventStream(body)) {
    expect(event.data).toBe('x')
    break
  }
  expect(cancelled).toBe(true)
})
