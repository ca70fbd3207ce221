/** Items as lines of a transcript. */
import { expect, test } from 'vitest'
import type { Item, MessageItem } from '../../../workers/voice/items.ts'
import { currentLines, isSame, linesOf } from '../../../workers/voice/ledger.ts'

const spoken = (cutMs: number | null, status: MessageItem['status'] = 'completed'): Item => ({
  type: 'message',
  id: 'a',
  role: 'assistant',
  status,
  content: [
    {
      type: 'output_audio',
      speech: {
        clauses: [{ text: 'One two three four.', fromMs: 0, toMs: 2000 }],
        sentMs: 2000,
        cutMs,
      },
    },
  ],
})
const heard = (transcript: string | null): Item => ({
  type: 'message',
  id: 'u',
  role: 'user',
  status: 'completed',
  content: [{ type: 'input_audio', transcript }],
})

test('a spoken item says until when it was heard, and no more than that', () => {
  const [whole] = linesOf([spoken(null)], new Set())
  expect(whole).toEqual({
    itemId: 'a',
    role: 'assistant',
    text: 'One two three four.',
    heardUntilMs: 2000,
    isCut: false,
  })
  const [cut] = linesOf([spoken(1000, 'incomplete')], new Set())
  expect(cut).toMatchObject({ heardUntilMs: 1000, isCut: true })
  expect('One two three four.'.startsWith(cut!.text)).toBe(true)
  expect(cut!.text.length).toBeLessThan(19)
  expect(isSame(whole, cut!)).toBe(false)
})

test('what is still being said, or written down, is no line yet', () => {
  expect(linesOf([spoken(null, 'in_progress'), heard(null)], new Set())).toEqual([])
  expect(linesOf([heard('hello')], new Set())).toMatchObject([{ role: 'user', text: 'hello' }])
})

test('what was written is written again only when it is another item object', () => {
  const item = heard('hello')
  expect(linesOf([item], new Set([item]))).toEqual([])
  expect(linesOf([{ ...item }], new Set([item]))).toHaveLength(1)
})

test('functions and their results are lines of a tool', () => {
  const call: Item = {
    type: 'function_call',
    id: 'c',
    status: 'completed',
    callId: '1',
    name: 'order',
    arguments: '{"n":1}',
    responseId: null,
  }
  expect(linesOf([call], new Set())).toMatchObject([{ role: 'tool', text: 'order({"n":1})' }])
})

test('the last line of an item counts, in the place of its first', () => {
  const lines = [
    { itemId: 'a', text: '1' },
    { itemId: 'b', text: '2' },
    { itemId: 'a', text: '3' },
  ]
  expect(currentLines(lines).map(({ text }) => text)).toEqual(['3', '2'])
})
