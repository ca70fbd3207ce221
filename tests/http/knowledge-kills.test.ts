/**
 * The indexer dies at random points: between two of its calls, or after a call arrived and before its
 * answer did. A dead one does nothing more; its lease runs out, its message comes again.
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { LEASE_SECONDS } from '../../workers/knowledge/run-store.ts'
import type { Document, DocumentMessage, Submitted } from '../../workers/knowledge/schemas.ts'
import { startApp, type TestApp } from './harness.ts'
import { asOwner, createRandom, deliver, DOCUMENTS, drain, upload } from './knowledge-harness.ts'
import { makePdf } from './pdf-files.ts'

const KILLS = process.env['SOAK'] === '1' ? 200 : 4
/** After its lease, how long a document of the dead may wait to be taken up. */
const GRACE_SECONDS = 30

let app: TestApp
beforeAll(async () => void (app = await startApp()))
afterAll(() => app?.close())

/** What one worker may still do: so many calls, the last of which arrives but is not answered. */
interface Life {
  callsLeft: number
}

class Killed extends Error {}

/** Lets a call through while the worker lives; its last one arrives, and the answer finds nobody. */
async function allow<Result>(life: Life, call: () => Promise<Result>): Promise<Result> {
  if (life.callsLeft <= 0) throw new Killed()
  life.callsLeft -= 1
  const result = await call()
  if (life.callsLeft <= 0) throw new Killed()
  return result
}

/** Hands messages to a worker whose every call, of storage, queue, database or model, may be its last. */
async function deliverMortal(life: Life, messages: readonly unknown[]): Promise<void> {
  const guarded = <Target extends object>(target: Target): Target =>
    new Proxy(target, {
      get(_, name) {
        const value: unknown = Reflect.get(target, name)
        if (typeof value !== 'function') return value
        return (...given: unknown[]) =>
          allow(life, async (): Promise<unknown> => Reflect.apply(value, target, given))
      },
    })
  const { FILES, DOCUMENTS: queue } = app.env
  const env = { FILES: guarded(FILES), DOCUMENTS: guarded(queue), RETRY_MAX_ATTEMPTS: '1' }
  const fetchBefore = globalThis.fetch
  globalThis.fetch = (input, init) => allow(life, () => fetchBefore(input, init))
  await deliver(app, messages, { env })
    .catch(() => undefined)
    .finally(() => void (globalThis.fetch = fetchBefore))
}

/** Three slices of reading: 60 pages. */
const book = () =>
  makePdf(
    Array.from({ length: 60 }, (_, page) =>
      Array.from(
        { length: 12 },
        (_line, line) => `page ${page} line ${line} tells of ${page * 31 + line * 7}`,
      ),
    ),
  )

/** Two slices of embedding: 240 chunks. */
const essay = () =>
  Array.from({ length: 240 }, (_, at) => `Fact ${at}. ${`word${at} `.repeat(130)}`).join('\n\n')

const documentOf = async (id: string) =>
  await (await app.send('GET', `${DOCUMENTS}/${id}`)).json<Document>()

/** Chunks that can be found, and all that are stored whose place in their run is taken twice. */
async function look(id: string) {
  const [row] = await asOwner(
    app,
    `select (select count(*)::int from kb_chunk c join kb_documents d on d.id = c.document_id
        and d.live_generation = c.generation where c.document_id = $1) as visible,
      (select count(*)::int - count(distinct (generation, char_start))::int from kb_chunk
        where document_id = $1) as doubled,
      (select count(*)::int from kb_chunk c full join kb_vec v using (document_id, generation, ordinal)
        full join kb_lex l using (document_id, generation, ordinal) where document_id = $1
        and (c.text is null or v.dimensions is null or l.bm is null)) as torn`,
    id,
  )
  return row as { visible: number; doubled: number; torn: number }
}

/** The files, with the chunks they have and the calls a worker makes that lives. */
async function measure() {
  const files = [
    { name: 'book.pdf', bytes: await book(), chunks: 0, calls: 0 },
    { name: 'essay.md', bytes: essay(), chunks: 0, calls: 0 },
  ]
  for (const file of files) {
    const life = { callsLeft: 1000 }
    const { document } = await (await upload(app, file.name, file.bytes)).json<Submitted>()
    while (app.queued.length > 0) await deliverMortal(life, app.queued.splice(0))
    file.calls = 1000 - life.callsLeft
    file.chunks = (await documentOf(document.id)).chunks
    await app.send('DELETE', `${DOCUMENTS}/${document.id}`)
    await app.settle()
  }
  return files
}

/**
 * The queue brings the messages of the dead back: at once, when their lease may run still, and once more
 * when it is over. Nobody waits for that here: the lease ends by hand.
 *
 * @returns the longest that a message is put off, in seconds
 */
async function settleDead(id: string, pending: DocumentMessage[]): Promise<number> {
  const delays = (await deliver(app, pending)).map(({ delaySeconds = 0 }) => delaySeconds)
  await asOwner(
    app,
    `update jobs set lease_until = now() - interval '1 second' where document_id = $1
    and lease_until is not null`,
    id,
  )
  await deliver(app, pending)
  await drain(app)
  return Math.max(0, ...delays)
}

test('a worker killed anywhere loses nothing, doubles nothing and shows nothing by halves', async () => {
  const random = createRandom(20_261_126)
  const silenced = vi.spyOn(console, 'log').mockReturnValue()
  const files = await measure()
  const died = new Set<string>()
  for (let kill = 1; kill <= KILLS; kill++) {
    const { name, bytes, chunks, calls } = files[kill % 2]!
    const { document } = await (await upload(app, name, bytes)).json<Submitted>()
    const life = { callsLeft: 1 + Math.floor(random() * calls) }
    let pending: DocumentMessage[] = []
    while (app.queued.length > 0 && life.callsLeft > 0) {
      pending = app.queued.splice(0) as DocumentMessage[]
      await deliverMortal(life, pending)
    }
    const before = await look(document.id)
    const { status, stage } = await documentOf(document.id)
    died.add(status)
    const delay = await settleDead(document.id, pending)
    const done = await documentOf(document.id)
    const after = await look(document.id)
    const told = { kill, status, stage, ...before }
    const seen = before.visible === 0 || before.visible === chunks
    const isSoon = delay <= LEASE_SECONDS + GRACE_SECONDS
    expect({ ...told, seen, isSoon, now: done.status, after, said: done.chunks }).toEqual({
      ...told,
      isSoon: true,
      doubled: 0,
      torn: 0,
      seen: true,
      now: 'ready',
      said: chunks,
      after: { visible: chunks, doubled: 0, torn: 0 },
    })
    await app.send('DELETE', `${DOCUMENTS}/${document.id}`)
    await app.settle()
  }
  silenced.mockRestore()
  // Both reading and embedding were cut off.
  expect([...died]).toEqual(expect.arrayContaining(['parsing', 'embedding']))
}, 1_800_000)

test('a worker of an old run that wakes up late writes nothing', async () => {
  const { document } = await (await upload(app, 'late.pdf', await book())).json<Submitted>()
  const [first] = app.queued.splice(0)
  // The old worker stops in its first call to storage and goes on when the new run is over.
  let wake = () => {}
  const asleep = new Promise<void>((resolve) => (wake = resolve))
  let reached = () => {}
  const there = new Promise<void>((resolve) => (reached = resolve))
  const { FILES } = app.env
  const get = async (key: string) => {
    reached()
    await asleep
    return FILES.get(key)
  }
  const late = deliver(app, [first], { env: { FILES: { ...filesOf(FILES), get } } })
  await there
  await app.send('POST', `${DOCUMENTS}/${document.id}/reindex`)
  await drain(app)
  const before = await look(document.id)
  const events = () =>
    asOwner(app, 'select id from document_events where document_id = $1', document.id)
  const told = await events()
  wake()
  expect(await late).toEqual([{ type: 'ack' }])
  expect(app.queued).toEqual([])
  expect(await look(document.id)).toEqual(before)
  expect(await events()).toEqual(told)
  expect(await documentOf(document.id)).toMatchObject({ status: 'ready' })
}, 60_000)

function filesOf(files: R2Bucket) {
  const names = ['put', 'delete', 'list'] as const
  return Object.fromEntries(
    names.map((name) => [name, (...given: unknown[]) => Reflect.apply(files[name], files, given)]),
  )
}
