import { expect, test } from 'vitest'
import type { VoiceEvent } from '../../../sdk/voice.ts'
import type { Chat, ChatTurn } from '../../../workers/console/lib/chat.ts'
import type { Conversation, Turn } from '../../../workers/console/lib/conversation.ts'
import type { Jobs } from '../../../workers/console/lib/jobs.ts'
import { JourneySteps, watchSteps } from '../../../workers/console/lib/journey-steps.ts'
import type { SessionStore } from '../../../workers/console/lib/session.ts'
import type { Uploads } from '../../../workers/console/lib/uploads.ts'

function start() {
  const clock = { day: '2026-11-01' }
  const steps = new JourneySteps(() => clock.day)
  const told: string[] = []
  return { clock, steps, told, listen: () => steps.subscribe((step) => told.push(step)) }
}

test('a step is told of once a day, however early it was', () => {
  const { clock, steps, told, listen } = start()
  steps.take('login')
  steps.take('login')
  listen()
  steps.take('query')
  steps.take('login')
  expect(told).toEqual(['login', 'query'])
  clock.day = '2026-11-02'
  steps.take('login')
  expect(told).toEqual(['login', 'query', 'login'])
})

const state = (name: Extract<VoiceEvent, { type: 'state' }>['state']): VoiceEvent => {
  return { type: 'state', state: name }
}
const reply: VoiceEvent = {
  type: 'line',
  change: { type: 'append', itemId: 'i', speaker: 'assistant', text: 'Yes' },
}
const failure = { type: 'error', error: new Error('gone') } as unknown as VoiceEvent

test.each<[string, VoiceEvent[], string[]]>([
  [
    'that goes well',
    [state('connecting'), state('listening'), reply, state('listening'), state('idle')],
    ['call', 'turn', 'completed'],
  ],
  [
    'without a reply',
    [state('connecting'), state('listening'), state('idle')],
    ['call', 'completed'],
  ],
  ['that never opens', [state('connecting'), state('idle')], []],
  ['that fails', [state('listening'), reply, failure, state('idle')], ['call', 'turn']],
])('a call %s', (_, events, expected) => {
  const { steps, told, listen } = start()
  listen()
  for (const event of events) steps.hear(event)
  expect(told).toEqual(expected)
})

test('an answer that cites what was added here ends the way of a document', () => {
  const { steps, told, listen } = start()
  listen()
  const listeners: Record<string, (value: unknown) => void> = {}
  const keep = (name: string) => (listener: unknown) => {
    listeners[name] = listener as (value: unknown) => void
    return () => {}
  }
  let status = 'unknown'
  let turns: Partial<Turn>[] = []
  let chats: Pick<ChatTurn, 'status' | 'parts'>[] = []
  watchSteps(steps, {
    session: {
      subscribe: keep('session'),
      snapshot: () => ({ status }),
    } as unknown as SessionStore,
    uploads: { subscribeAdded: keep('uploads') } as unknown as Uploads,
    jobs: { subscribe: keep('jobs') } as unknown as Jobs,
    conversation: { subscribe: keep('turns'), snapshot: () => turns } as unknown as Conversation,
    chat: { subscribe: keep('chat'), snapshot: () => chats } as unknown as Chat,
  })
  const happen = (name: string, value?: unknown) => listeners[name]?.(value)
  const cite = (documentId: string) => [{ documentId }] as unknown as Turn['citations']
  happen('session')
  status = 'signed-in'
  happen('session')
  happen('uploads')
  happen('jobs', { documentId: 'd1', status: 'embedding' })
  expect(told).toEqual(['login', 'upload'])
  happen('jobs', { documentId: 'd1', status: 'ready' })
  turns = [{ status: 'waiting', citations: [] }]
  happen('turns')
  turns = [{ status: 'done', citations: cite('another') }]
  happen('turns')
  expect(told).toEqual(['login', 'upload', 'indexed', 'query', 'result'])
  const [citation] = cite('d1')
  chats = [{ status: 'running', parts: [{ type: 'citation', citation: citation! }] }]
  happen('chat')
  expect(told.at(-1)).toBe('result')
  chats = [{ ...chats[0]!, status: 'done' }]
  happen('chat')
  expect(told.at(-1)).toBe('cited')
})
