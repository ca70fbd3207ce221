/** The keys of a log line: what each says, and which of them every line has. */
import { expect, test } from 'vitest'
import { parseFrame } from '../../../shared/call-site.ts'
import { actorFields } from '../../../shared/context.ts'
import { createLog, type Line } from '../../../shared/log.ts'

function write(act: (log: ReturnType<typeof createLog>) => void, options = {}) {
  const lines: string[] = []
  act(createLog({ write: (line) => lines.push(line), ...options }, { worker: 'edge' }))
  return lines.map((line): Record<string, unknown> => JSON.parse(line))
}

test('a line names its logger and the place that wrote it', () => {
  const [line] = write(function tellOfIt(log) {
    log.with({ request_id: 'r1' }).warn('refused')
  })
  expect(line).toMatchObject({
    level: 'warn',
    logger: 'edge',
    message: 'refused',
    module: 'log.test.ts',
    function: 'tellOfIt',
    line: expect.any(Number),
    column: expect.any(Number),
    request_id: 'r1',
  })
})

test('every way to write a line leaves itself out of the place', () => {
  const lines = write(
    function caller(log) {
      log.debug('a')
      log.info('b')
      log.warn('c')
      log.error('d')
    },
    { level: 'debug' },
  )
  expect(lines.map((line) => line['function'])).toEqual(['caller', 'caller', 'caller', 'caller'])
  expect(new Set(lines.map(({ line }) => line)).size).toBe(4)
})

test('what was thrown is the line’s exception: its type, its message redacted, its stack', () => {
  const [line] = write((log) =>
    log.error('failed', { error: new TypeError('for ada@example.com') }),
  )
  expect(line).not.toHaveProperty('error')
  expect(line).toMatchObject({
    exception: {
      type: 'TypeError',
      message: 'for [EMAIL_REDACTED]',
      stack: expect.stringContaining('log.test.ts'),
    },
  })
})

test('a thrown value that is no error keeps its key', () => {
  const [line] = write((log) => log.error('failed', { error: 'a word' }))
  expect(line).toMatchObject({ error: 'a word' })
})

test('a database’s lines have a logger of their own', () => {
  const lines: string[] = []
  createLog({ write: (text) => lines.push(text) }, { logger: 'database' }).warn('slow query')
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ logger: 'database' })
})

test('what is written is forwarded as it was written, and nothing else', () => {
  const forwarded: Line[] = []
  const lines: string[] = []
  const forward = (line: Line) => forwarded.push(line)
  const log = createLog({ write: (line) => lines.push(line), forward })
  log.debug('not written')
  log.info('a key: sk-abcdefghijklmnop')
  expect(forwarded.map(({ text }) => text)).toEqual(lines)
  expect(forwarded).toMatchObject([
    { level: 'info', at: Date.parse(JSON.parse(lines[0]!).timestamp) },
  ])
  expect(lines[0]).toContain('[KEY_REDACTED]')
})

const SITE = { line: 1, column: 22 }

test.each([
  [
    'Error\n    at Thing.act (file:///x/edge.js:1:22)',
    { module: 'edge.js', function: 'Thing.act' },
  ],
  ['Error\n    at edge.js:1:22', { module: 'edge.js', function: 'anonymous' }],
  ['Error\n    at async run (edge.js:1:22)', { module: 'edge.js', function: 'run' }],
  ['Error\n    at file:///a b/edge.js:1:22\n    at x (y.js:3:4)', { module: 'edge.js' }],
])('the place in %j', (stack, site) => {
  expect(parseFrame(stack)).toMatchObject({ ...SITE, ...site })
})

test.each(['', 'Error: a', 'Error\n    at <anonymous>'])('no place in %j', (stack) => {
  expect(parseFrame(stack)).toBeUndefined()
})

test('who acts is named by their id', () => {
  const permissions = new Set<string>()
  expect(actorFields({ type: 'user', userId: 'u1', sessionId: 's1', permissions })).toEqual({
    user_id: 'u1',
  })
  expect(actorFields({ type: 'key', keyId: 'k1', permissions })).toEqual({ api_key_id: 'k1' })
  expect(actorFields({ type: 'system', job: 'sweep' })).toEqual({})
})
