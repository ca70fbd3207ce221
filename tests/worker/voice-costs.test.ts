/** What a voice session's calls of models cost: each is a row of the ledger, under the session's id. */
import { runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import type { UsageMessage } from '../../workers/usage/schemas.ts'
import { dial, sessionIdOf } from './voice-call.ts'

/** Milliseconds; the machine may be busy. */
const PATIENT = { timeout: 20_000 }

test('a spoken turn is charged for what it heard and said', async () => {
  const call = await dial('acme:costs')
  const used: UsageMessage[] = []
  await runInDurableObject(call.object, (instance) => {
    const inside = (instance as unknown as { env: Record<string, unknown> }).env
    inside['USAGE_EVENTS'] = { send: async (message: UsageMessage) => void used.push(message) }
  })
  call.say('what does the warranty cover')
  await call.until('response.done')
  // The queue is the whole Worker's: other sessions may be talking.
  const own = () => used.filter(({ subjectId }) => subjectId === sessionIdOf('acme:costs'))
  const purposes = () => [...new Set(own().map(({ purpose }) => purpose))]
  await expect.poll(purposes, PATIENT).toEqual(expect.arrayContaining(['transcribe', 'speak']))
  for (const message of own()) {
    expect(message).toMatchObject({ tenantId: 'acme', userId: 'ada' })
  }
  const heard = own().find(({ purpose }) => purpose === 'transcribe')
  expect(heard?.units.audioMs).toBeGreaterThan(0)
  // Whole seconds, as the provider counts them.
  expect((heard?.units.audioMs ?? 1) % 1000).toBe(0)
  expect(heard?.microDollars).toBe(((heard?.units.audioMs ?? 0) / 1000) * 100)
  const spoken = own().filter(({ purpose }) => purpose === 'speak')
  expect(spoken.every(({ estimated, units }) => estimated && units.audioMs > 0)).toBe(true)
})
