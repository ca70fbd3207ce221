/** Event streams and their readers: slow ones, ones that leave, and what waits for them. */
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { streamEvents } from '../../../shared/events.ts'
import type { AppEnv } from '../../../shared/http.ts'

const decoder = new TextDecoder()
const soon = () => new Promise((resolve) => setTimeout(resolve, 0))

/** The reader of a stream of `texts`, how many were asked for, and how it ended for who makes them. */
async function openStream(texts: readonly string[]) {
  const told = { made: 0, isOver: false }
  async function* make() {
    try {
      for (const text of texts) {
        told.made++
        yield { text }
      }
    } finally {
      told.isOver = true
    }
  }
  const app = new Hono<AppEnv>()
  app.get('/', (c) => streamEvents(c, make, (value) => ['said', value]))
  const { body } = await app.request('/')
  const reader = body!.getReader()
  const read = async () => decoder.decode((await reader.read()).value)
  return { told, reader, read }
}

const eventOf = (text: string) => `event: said\ndata: {"text":"${text}"}\n\n`

test('what was said before anybody read comes in one piece', async () => {
  const { read, reader } = await openStream(['a', 'b', 'c'])
  await soon()
  expect(await read()).toBe(['a', 'b', 'c'].map(eventOf).join(''))
  expect((await reader.read()).done).toBe(true)
})

test('nothing is made for a reader that is far behind, and nothing is lost', async () => {
  const texts = Array.from({ length: 40 }, (_, n) => `${n}`.padStart(10_000, '.'))
  const { told, read } = await openStream(texts)
  await soon()
  expect(told.made).toBeLessThan(10)
  let all = ''
  for (let piece = await read(); piece !== ''; piece = await read()) all += piece
  expect(all).toBe(texts.map(eventOf).join(''))
})

test('a reader that leaves ends it, also while it waits', async () => {
  const { told, reader } = await openStream(Array.from({ length: 40 }, () => '.'.repeat(10_000)))
  await soon()
  await reader.cancel()
  await soon()
  expect(told.isOver).toBe(true)
})
