/** What of a browser's words may become a label. */
import { glob, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { ACTIONS, PAGES } from '../../../shared/metric-labels.ts'
import { OTHER } from '../../../shared/metric.ts'
import { RumReport } from '../../../workers/ops/rum-schemas.ts'
import { endpointOf, oneOf } from '../../../workers/ops/rum-service.ts'

const TEMPLATES = [
  '/*',
  '/live',
  '/api/jobs/:id',
  '/api/jobs/latest',
  '/api/jobs/:id/:part',
  '/api/*',
]

test.each([
  ['/api/jobs/42', '/api/jobs/:id'],
  ['/api/jobs/latest', '/api/jobs/latest'],
  ['/api/jobs/latest/text', '/api/jobs/:id/:part'],
  ['/api/jobs/', OTHER],
  ['/api/jobs/1/2/3', OTHER],
  ['/api/anything', OTHER],
  ['/live', OTHER],
  ['/api/*', OTHER],
  ['', OTHER],
])('%s belongs to %s', (path, endpoint) => {
  expect(endpointOf(path, TEMPLATES)).toBe(endpoint)
})

test('a word is one of the list or none', () => {
  expect(oneOf(['ask', 'voice'], 'ask')).toBe('ask')
  expect(oneOf(['ask', 'voice'], 'ada@example.com')).toBe(OTHER)
})

const load = { type: 'load', ms: 12 }

test.each([
  ['no event', { events: [] }],
  ['too many', { events: Array.from({ length: 51 }, () => load) }],
  ['a field more', { events: [{ ...load, user: 'ada' }] }],
  ['a type of its own', { events: [{ type: 'login', ms: 1 }] }],
  ['a negative time', { events: [{ type: 'load', ms: -1 }] }],
  ['no number', { events: [{ type: 'load', ms: Number.NaN }] }],
  ['a vital of its own', { events: [{ type: 'vital', name: 'FID', ms: 1 }] }],
  ['a long path', { events: [{ type: 'api', path: `/${'a'.repeat(300)}`, ms: 1 }] }],
])('%s is refused', (_, report) => {
  expect(RumReport.safeParse(report).success).toBe(false)
})

test('a report of each kind is taken', () => {
  const failure = { type: 'error', name: 'Error', message: 'm', stack: '', page: '/ask' }
  const vital = { type: 'vital', name: 'LCP', ms: 900.5 }
  const events = [load, vital, { type: 'shift', score: 0.02 }, failure]
  expect(RumReport.parse({ events })).toEqual({ events })
})

/** What stands in the console's sources where `pattern` has its group. */
async function namesIn(files: string, pattern: RegExp): Promise<string[]> {
  const names = new Set<string>()
  for await (const file of glob(`workers/console/${files}`)) {
    const text = await readFile(file, 'utf8')
    for (const [, name = ''] of text.matchAll(pattern)) names.add(name)
  }
  return [...names].toSorted()
}

test('the console’s pages and named actions are those of the labels', async () => {
  const pages = await namesIn('routes/*.ts', /path: '(\/[^']+)'/g)
  expect([...pages, OTHER]).toEqual([...PAGES])
  const actions = await namesIn('**/*.tsx', /data-action="([^"]+)"/g)
  expect([...actions, OTHER]).toEqual([...ACTIONS])
})
