import { expect, test } from 'vitest'
import { languageOf } from '../../../workers/assistant/phrases.ts'
import type { Turn } from '../../../workers/assistant/schemas.ts'
import { estimateTokens, fitHistory, messagesOf } from '../../../workers/assistant/window.ts'

const user = (content: string): Turn => ({ role: 'user', content })
const assistant = (content: string): Turn => ({ role: 'assistant', content })

test('the newest turns that fit are kept, and none begins with an answer', () => {
  const history = [user('a'.repeat(400)), assistant('b'.repeat(400)), user('c'), assistant('d')]
  expect(fitHistory(history, 1000)).toEqual(history)
  expect(fitHistory(history, 120)).toEqual(history.slice(2))
  expect(fitHistory(history, 6)).toEqual([])
})

test('other scripts cost more tokens than ASCII', () => {
  expect(estimateTokens('привет, мир!')).toBeGreaterThan(estimateTokens('hello, world'))
})

test('the model is told rules, history without citation marks, and the message last', () => {
  const history = [user('What is [1]?'), assistant('Four bar [1]. Really [2].')]
  const messages = messagesOf({ message: 'And now?', history, language: 'ru' })
  expect(messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user'])
  expect(messages[0]!.content).toContain('"ru"')
  expect(messages[1]!.content).toBe('What is [1]?')
  expect(messages[2]!.content).toBe('Four bar. Really.')
})

test.each([
  ['Как дела?', 'ru'],
  ['How are you?', 'en'],
])('%s is %s', (text, language) => {
  expect(languageOf(text)).toBe(language)
})
