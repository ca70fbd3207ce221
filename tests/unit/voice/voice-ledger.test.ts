/** What waits in a session's storage until Postgres has it. */
import { expect, test } from 'vitest'
import { VoiceLedger } from '../../../durable-objects/voice-ledger.ts'
import type { ItemRow } from '../../../workers/voice/history-store.ts'
import { createPlayer, START } from './play.ts'

/** The synchronous storage of a Durable Object, as far as it is used here. */
function createKv() {
  const entries = new Map<string, unknown>()
  return {
    // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the platform's signature
    get: <Value>(key: string) => entries.get(key) as Value | undefined,
    put: (key: string, value: unknown) => void entries.set(key, value),
    delete: (key: string) => entries.delete(key),
    list: <Value>({ prefix = '' } = {}) =>
      [...entries].filter(([key]) => key.startsWith(prefix)) as [string, Value][],
  }
}

function createLedger() {
  const kv = createKv()
  const ledger = new VoiceLedger(kv, undefined)
  const startedAt = new Date(START)
  ledger.begin({ id: 's', userId: null, keyId: 'k', model: 'm', startedAt })
  const lines = () => kv.list<ItemRow>({ prefix: 'line:' }).map(([, line]) => line)
  return { ledger, lines }
}

test('a turn becomes lines once it is final, and a cut is another line', () => {
  const { ledger, lines } = createLedger()
  const player = createPlayer()
  player.ask('call ada@example.com')
  ledger.note(player.session, START + 500)
  player.answer('One two three. Four five six.')
  player.happen({ type: 'reply_spoken', turn: player.session.response?.turn ?? 0 })
  ledger.note(player.session, START + 600)
  ledger.note(player.session, START + 700)
  expect(lines()).toMatchObject([
    { seq: 1, role: 'user', text: 'call ada@example.com', masked: 'call [EMAIL_REDACTED]' },
    { seq: 2, role: 'assistant', heardUntilMs: 2000, isCut: false },
  ])
  player.wait(500)
  player.happen({ type: 'speech_started', fromMs: 5000 })
  ledger.note(player.session, START + 1000)
  expect(lines()).toHaveLength(3)
  expect(lines()[2]).toMatchObject({ itemId: lines()[1]!.itemId, heardUntilMs: 500, isCut: true })
})

test('whispers are lines, each once', () => {
  const { ledger, lines } = createLedger()
  const player = createPlayer()
  for (const text of ['Be brief.', 'Be brief.']) {
    player.happen({ type: 'whispered', text })
    ledger.note(player.session, START)
    ledger.note(player.session, START)
  }
  expect(lines()).toMatchObject([
    { role: 'whisper', text: 'Be brief.', itemId: 'whisper_1' },
    { role: 'whisper', text: 'Be brief.', itemId: 'whisper_2' },
  ])
})
