/** The client in Node over a real socket: errors, retries, tokens, streams, pages. */
import { expect, test } from 'vitest'
import { VoiceAssist } from '../../../sdk/client.ts'
import { VoiceAssistError } from '../../../sdk/errors.ts'
import { serve } from './server.ts'

const problem = (code: string, detail: string) =>
  JSON.stringify({ type: 'about:blank', title: code, status: 0, code, detail, requestId: 'r-1' })

const failure = (call: Promise<unknown>): Promise<VoiceAssistError> =>
  call.then(
    () => Promise.reject(new Error('the call did not fail')),
    (thrown: unknown) => thrown as VoiceAssistError,
  )

test('a refusal keeps the code, the sentence and the request id', async () => {
  const { url } = await serve({ status: 409, body: problem('conflict', 'There is one already.') })
  const error = await failure(new VoiceAssist({ url, token: 't' }).flags.create({ name: 'x' }))
  expect(error).toBeInstanceOf(VoiceAssistError)
  expect(error).toMatchObject({
    code: 'conflict',
    status: 409,
    requestId: 'r-1',
    message: 'There is one already.',
  })
})

test('a proxy’s page is an error too, with the id from its header', async () => {
  const { url } = await serve({
    status: 502,
    headers: { 'x-request-id': 'r-2' },
    body: '<html>bad gateway</html>',
  })
  const error = await failure(new VoiceAssist({ url, token: 't' }).flags.remove('x'))
  expect(error).toMatchObject({ code: 'unknown', status: 502, requestId: 'r-2' })
})

test('no server at all is `network`', async () => {
  const client = new VoiceAssist({ url: 'http://127.0.0.1:1', token: 't' })
  expect(await failure(client.flags.remove('x'))).toMatchObject({ code: 'network', status: 0 })
})

test('reads are tried again when the server asks for it, and writes are not', async () => {
  const busy = {
    status: 503,
    headers: { 'retry-after': '0' },
    body: problem('dependency_down', ''),
  }
  const reads = await serve(busy, { body: '{"items":[],"nextCursor":null}' })
  await expect(new VoiceAssist({ url: reads.url }).flags.page()).resolves.toMatchObject({
    items: [],
  })
  expect(reads.seen).toHaveLength(2)
  const writes = await serve(busy)
  await failure(new VoiceAssist({ url: writes.url }).flags.create({ name: 'x' }))
  expect(writes.seen).toHaveLength(1)
})

test('a refused token is replaced once, then the refusal stands', async () => {
  const refused = { status: 401, body: problem('unauthenticated', 'The token ended.') }
  const { url, seen } = await serve(refused, { body: '{}' })
  const getToken = ({ rejected }: { rejected: boolean }) => (rejected ? 'new' : 'old')
  await new VoiceAssist({ url, getToken }).flags.toggle('a.b', true)
  expect(seen.map(({ authorization }) => authorization)).toEqual(['Bearer old', 'Bearer new'])
  const always = await serve(refused)
  const error = await failure(new VoiceAssist({ url: always.url, getToken }).flags.get('x'))
  expect(error.status).toBe(401)
  expect(always.seen).toHaveLength(2)
})

test('a list asks for its next page only when the loop gets there', async () => {
  const page = (name: string, nextCursor: string | null) => ({
    body: JSON.stringify({ items: [{ id: name }], nextCursor }),
  })
  const { url, seen } = await serve(page('a', 'c1'), page('b', null))
  const ids: string[] = []
  for await (const document of new VoiceAssist({ url }).documents.list({ status: 'ready' })) {
    ids.push(document.id)
    expect(seen).toHaveLength(ids.length)
  }
  expect(ids).toEqual(['a', 'b'])
  expect(seen[1]?.path).toContain('cursor=c1')
})

const DONE = { answerId: 'a', abstained: false, text: 'Yes [1].', citations: [] }
const stream = (...events: [string, unknown][]) => ({
  headers: { 'content-type': 'text/event-stream' },
  body: events
    .map(([event, data]) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
    .join(''),
})

test('an answer is read part by part, and whole', async () => {
  const { url } = await serve(
    stream(['delta', { text: 'Yes' }], ['news', {}], ['citation', { number: 1 }], ['done', DONE]),
  )
  const client = new VoiceAssist({ url })
  const parts = await Array.fromAsync(client.ask('Really?'))
  expect(parts.map(({ type }) => type)).toEqual(['delta', 'citation', 'done'])
  expect(await client.ask('Really?').final()).toEqual(DONE)
})

test('an answer that breaks off is an error, not a short answer', async () => {
  const { url } = await serve(stream(['delta', { text: 'Ye' }]))
  expect(await failure(new VoiceAssist({ url }).ask('Really?').final())).toMatchObject({
    code: 'network',
  })
})

test('an error event carries the server’s problem', async () => {
  const { url } = await serve(
    stream(
      ['delta', { text: 'Ye' }],
      ['error', { code: 'timed_out', detail: 'Too slow.', requestId: 'r-3' }],
    ),
  )
  expect(await failure(new VoiceAssist({ url }).ask('Really?').final())).toMatchObject({
    code: 'timed_out',
    message: 'Too slow.',
    requestId: 'r-3',
  })
})

test('a cancelled answer rejects as `aborted`', async () => {
  const { url } = await serve({ body: '{}' })
  const answer = new VoiceAssist({ url }).ask('Really?')
  answer.cancel()
  expect(await failure(answer.final())).toMatchObject({ code: 'aborted' })
})

test('without XMLHttpRequest an upload reports its end', async () => {
  const { url, seen } = await serve({
    status: 202,
    body: '{"document":{"id":"d"},"job":{"id":"j"}}',
  })
  const reports: number[][] = []
  const added = await new VoiceAssist({ url }).documents.upload(new Blob(['# Hi']), 'hi.md', {
    onProgress: (...report) => reports.push(report),
  })
  expect(added).toMatchObject({ isNew: true, document: { id: 'd' }, job: { id: 'j' } })
  expect(reports).toEqual([[4, 4]])
  expect(seen[0]?.body).toContain('filename="hi.md"')
})

test('a watched job is followed across a broken stream to its end', async () => {
  const { url, seen } = await serve(
    stream(['progress', { id: 'j', status: 'parsing' }]),
    stream(['progress', { id: 'j', status: 'ready' }]),
  )
  const jobs = await Array.fromAsync(new VoiceAssist({ url }).documents.watch('j'))
  expect(jobs.map(({ status }) => status)).toEqual(['parsing', 'ready'])
  expect(seen).toHaveLength(2)
})
