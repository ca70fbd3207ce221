import { expect, test } from 'vitest'
import { createBatcher } from '../../../shared/batcher.ts'

function start(options: { sizeOf?: (item: number) => number; fails?: boolean } = {}) {
  const sent: number[][] = []
  const results: [string, number][] = []
  const works: Promise<unknown>[] = []
  const clock = { ms: 0 }
  const timers: (() => void)[] = []
  const batcher = createBatcher<number>({
    maxBatch: 4,
    delayMs: 200,
    maxQueue: 10,
    ...(options.sizeOf && { sizeOf: options.sizeOf }),
    send: async (items) => {
      if (options.fails) throw new Error('down')
      sent.push([...items])
    },
    onResult: (result, size) => results.push([result, size]),
    now: () => clock.ms,
    wait: () => new Promise((resolve) => timers.push(resolve)),
  })
  const add = (...items: number[]) => batcher.add(items, (work) => works.push(work))
  const pass = async () => {
    for (const timer of timers.splice(0)) timer()
    await Promise.all(works.splice(0))
  }
  return { add, pass, sent, results, works, clock }
}

test('one timer carries all that comes before it ends', async () => {
  const { add, pass, sent, works } = start()
  add(1)
  add(2)
  add(3)
  expect(works).toHaveLength(1)
  expect(sent).toEqual([])
  await pass()
  expect(sent).toEqual([[1, 2, 3]])
  add(4)
  await pass()
  expect(sent.at(-1)).toEqual([4])
})

test('a full batch does not wait', async () => {
  const { add, sent, works } = start()
  add(1, 2, 3, 4)
  await Promise.all(works)
  expect(sent).toEqual([[1, 2, 3, 4]])
})

test('items count by their size', async () => {
  const { add, sent, works } = start({ sizeOf: (item) => item })
  add(3, 3, 3)
  await Promise.all(works)
  expect(sent).toEqual([[3, 3], [3]])
})

test('too many lose their oldest, and it is counted', async () => {
  const { add, pass, sent, results } = start()
  add(...Array.from({ length: 14 }, (_, index) => index))
  await pass()
  expect(results[0]).toEqual(['dropped', 4])
  expect(sent.flat()).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13])
})

test('a failure is counted and never thrown', async () => {
  const { add, pass, results } = start({ fails: true })
  add(1, 2)
  await pass()
  expect(results).toEqual([['failed', 2]])
})

test('a request that ended before its batch left does not hold up those after it', async () => {
  const { add, works, clock } = start()
  add(1)
  expect(works).toHaveLength(1)
  clock.ms = 30_000
  add(2)
  expect(works).toHaveLength(1)
  clock.ms = 30_200
  add(3)
  expect(works).toHaveLength(2)
})

test('whatever comes, in whatever portions: sent and dropped are all there was', async () => {
  for (let seed = 1; seed < 200; seed++) {
    const { add, pass, sent, results } = start()
    let total = 0
    for (let turn = 0; turn < 8; turn++) {
      const count = (seed * (turn + 7) * 31) % 13
      add(...Array.from({ length: count }, () => total++))
      if ((seed + turn) % 3 === 0) await pass()
    }
    await pass()
    const dropped = results.filter(([name]) => name === 'dropped').reduce((n, [, by]) => n + by, 0)
    expect(sent.flat().length + dropped).toBe(total)
    expect(sent.flat()).toEqual(sent.flat().toSorted((a, b) => a - b))
    expect(sent.every((batch) => batch.length <= 4)).toBe(true)
  }
})
