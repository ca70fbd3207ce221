import { expect, test } from 'vitest'
import { withFiller } from '../../../workers/assistant/filler.ts'

async function* slowly(ms: number) {
  yield 'call'
  await new Promise((resolve) => setTimeout(resolve, ms))
  yield 'result'
}

const collect = async (items: AsyncIterable<string>) => Array.fromAsync(items)

test('a silence that lasts is filled, once', async () => {
  let isWaiting = false
  const filled = withFiller(slowly(120), { afterMs: 10, filler: 'hm', isWaiting: () => isWaiting })
  expect(await filled.next()).toMatchObject({ value: 'call' })
  isWaiting = true
  expect(await collect(filled)).toEqual(['hm', 'result'])
})

test('what comes in time, or is not waited for, is not filled', async () => {
  const quick = withFiller(slowly(0), { afterMs: 60_000, filler: 'hm', isWaiting: () => true })
  expect(await collect(quick)).toEqual(['call', 'result'])
  const busy = withFiller(slowly(30), { afterMs: 1, filler: 'hm', isWaiting: () => false })
  expect(await collect(busy)).toEqual(['call', 'result'])
})

test('a failure while it waits reaches whoever listens', async () => {
  async function* failing(): AsyncGenerator<string> {
    await new Promise((resolve) => setTimeout(resolve, 5))
    if (Date.now() > 0) throw new Error('broken')
    yield 'never'
  }
  const filled = withFiller(failing(), { afterMs: 60_000, filler: 'hm', isWaiting: () => true })
  await expect(filled.next()).rejects.toThrow('broken')
})

test('whoever leaves in the middle ends what was listened to', async () => {
  let isOver = false
  async function* endless() {
    try {
      for (;;) yield 'more'
    } finally {
      isOver = true
    }
  }
  const filled = withFiller(endless(), { afterMs: 1, filler: 'hm', isWaiting: () => false })
  await filled.next()
  await filled.return(undefined)
  expect(isOver).toBe(true)
})
