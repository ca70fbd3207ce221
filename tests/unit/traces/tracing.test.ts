/** Spans find their parents by themselves, and a piece of a trace is kept as a whole or not at all. */
import { expect, test } from 'vitest'
import { createLog } from '../../../shared/log.ts'
import type { Kept } from '../../../shared/trace-span.ts'
import { formatTraceparent, parseTraceparent } from '../../../shared/trace.ts'
import {
  currentTraceparent,
  enterTrace,
  noteTenant,
  traceStream,
  untraced,
  withSpan,
} from '../../../shared/tracing.ts'

const TREE = ['root', '  inner']

function origin(given: { traceparent?: string; ratio?: number; execution?: object } = {}) {
  const kept: Kept[] = []
  const { traceparent, ratio = 1, execution = {} } = given
  const rest = { waitUntil: () => {}, keep: (each: Kept) => void kept.push(each), execution }
  return { kept, at: { service: 'edge', requestId: 'r1', traceparent, ratio, ...rest } }
}

/** Names, indented under their parents. */
function treeOf(kept: Kept[], parent: string | null = null, indent = ''): string[] {
  return kept
    .flatMap(({ spans }) => spans)
    .filter(({ parentSpanId }) => parentSpanId === parent)
    .flatMap(({ name, spanId }) => [indent + name, ...treeOf(kept, spanId, `${indent}  `)])
}

test('spans nest by what runs in what, also side by side and in streams', async () => {
  const { kept, at } = origin()
  const letters = () =>
    traceStream({ name: 'stream' }, async function* () {
      yield await withSpan({ name: 'first' }, async () => 'a')
      yield await withSpan({ name: 'second' }, async () => 'b')
    })
  await enterTrace(at, { name: 'root' }, async () => {
    noteTenant('acme')
    await Promise.all([
      withSpan({ name: 'left' }, () => withSpan({ name: 'leaf' }, async () => {})),
      withSpan({ name: 'right' }, async () => {}),
    ])
    const stream = letters()
    const read = []
    for (;;) {
      const part = await untraced(() => stream.next())
      if (part.done) break
      read.push(part.value)
    }
    expect(read).toEqual(['a', 'b'])
  })
  expect(treeOf(kept).toSorted()).toEqual(
    ['root', '  left', '    leaf', '  right', '  stream', '    first', '    second'].toSorted(),
  )
  expect(kept[0]?.segment).toMatchObject({ tenantId: 'acme', requestId: 'r1', service: 'edge' })
})

test('a caller’s trace goes on; a malformed one does not', async () => {
  const parent = '0af7651916cd43dd8448eb211c80319c'
  const good = origin({ traceparent: `00-${parent}-b7ad6b7169203331-01`, ratio: 0 })
  await enterTrace(good.at, { name: 'root' }, async () => {
    expect(currentTraceparent()).toMatch(new RegExp(`^00-${parent}-(?!b7ad6b7169203331).{16}-01$`))
  })
  expect(good.kept[0]?.spans[0]).toMatchObject({ parentSpanId: 'b7ad6b7169203331' })
  const bad = origin({ traceparent: `00-${parent}-nonsense-01` })
  await enterTrace(bad.at, { name: 'root' }, async () => {})
  expect(bad.kept[0]?.spans[0]).toMatchObject({ parentSpanId: null })
  expect(bad.kept[0]?.spans[0]?.traceId).not.toBe(parent)
})

test('what chance leaves out is kept when a part of it fails, and says so nowhere else', async () => {
  const quiet = origin({ ratio: 0 })
  await enterTrace(quiet.at, { name: 'root' }, () => withSpan({ name: 'inner' }, async () => {}))
  expect(quiet.kept).toEqual([])
  const { kept, at } = origin({ ratio: 0 })
  const failing = enterTrace(at, { name: 'root' }, async () => {
    await withSpan({ name: 'fine' }, async () => {})
    await withSpan({ name: 'inner' }, async () => {
      throw new Error('no such user ada@example.com')
    })
  })
  await expect(failing).rejects.toThrow('no such user')
  expect(treeOf(kept)).toEqual(['root', '  fine', '  inner'])
  const inner = kept[0]?.spans.find(({ name }) => name === 'inner')
  expect(inner).toMatchObject({
    isError: true,
    attributes: { 'error.type': 'Error', 'error.message': 'no such user [EMAIL_REDACTED]' },
  })
})

test('work that outlives its first span is kept with it', async () => {
  const { kept, at } = origin()
  let finish = () => {}
  let late = Promise.resolve()
  await enterTrace(at, { name: 'root' }, async () => {
    late = withSpan({ name: 'late' }, () => new Promise((resolve) => (finish = resolve)))
  })
  expect(kept).toEqual([])
  finish()
  await late
  expect(treeOf(kept)).toEqual(['root', '  late'])
})

test('work that is called off has not failed, and an abandoned stream ends', async () => {
  const { kept, at } = origin()
  await enterTrace(at, { name: 'root' }, async () => {
    const stream = traceStream({ name: 'stream' }, async function* () {
      yield 1
      yield 2
    })
    await stream.next()
    await stream.return(undefined)
    const aborted = withSpan({ name: 'aborted' }, async () => AbortSignal.abort().throwIfAborted())
    await expect(aborted).rejects.toThrow('aborted')
  })
  expect(treeOf(kept)).toEqual(['root', '  stream', '  aborted'])
  expect(kept[0]?.spans.every(({ isError }) => !isError)).toBe(true)
})

/** The platform's tracing; what is mirrored of ours. */
function nativeTracing(isTraced?: boolean) {
  const mirrored: string[] = []
  const enterSpan = (name: string, work: (span: object) => unknown) =>
    work({
      setAttribute: (key: string, value: number) => mirrored.push(`${name} ${key}=${value}`),
    })
  const asked = isTraced === undefined ? {} : { getActiveSpan: () => ({ isTraced }) }
  return { mirrored, execution: { tracing: { enterSpan, ...asked } } }
}

test.each<[string, { isTraced?: boolean; collector: boolean }, string[], string[]]>([
  ['a platform that does not say whether it records', { collector: true }, ['inner a=1'], TREE],
  ['one that records', { isTraced: true, collector: true }, ['inner a=1'], TREE],
  ['one that records, and no collector', { isTraced: true, collector: false }, ['inner a=1'], []],
  ['one that does not record', { isTraced: false, collector: true }, [], TREE],
  ['nobody who would get them', { isTraced: false, collector: false }, [], []],
])('spans with %s', async (_, { isTraced, collector }, expected, tree) => {
  const { mirrored, execution } = nativeTracing(isTraced)
  const { kept, at } = origin({ execution })
  const given = collector ? at : { ...at, keep: undefined }
  const traceparent = await enterTrace(given, { name: 'root' }, (span) =>
    withSpan({ name: 'inner', attributes: { a: 1 } }, async () => formatTraceparent(span.context)),
  )
  expect(mirrored).toEqual(expected)
  expect(treeOf(kept)).toEqual(tree)
  expect(parseTraceparent(traceparent)).toMatchObject({ isSampled: true })
})

test.each([{}, { tracing: undefined }, { tracing: {} }, { tracing: { enterSpan: 'yes' } }])(
  'a platform with %j has no spans of its own to mirror',
  async (execution) => {
    const { kept, at } = origin({ execution })
    await enterTrace(at, { name: 'root' }, () => withSpan({ name: 'inner' }, async () => {}))
    expect(treeOf(kept)).toEqual(TREE)
  },
)

test('every log line says in which span it was written', async () => {
  const lines: Record<string, unknown>[] = []
  const log = createLog({ write: (line) => lines.push(JSON.parse(line)) })
  const { kept, at } = origin()
  await enterTrace(at, { name: 'root' }, () =>
    withSpan({ name: 'inner' }, async () => log.info('inside')),
  )
  log.info('outside')
  const inner = kept[0]?.spans.find(({ name }) => name === 'inner')
  expect(lines[0]).toMatchObject({ trace_id: inner?.traceId, span_id: inner?.spanId })
  expect(lines[1]).not.toHaveProperty('span_id')
})

test('outside of a trace work runs, and nothing is told', async () => {
  expect(await withSpan({ name: 'alone' }, async () => currentTraceparent() ?? 'none')).toBe('none')
})
