/** A gate shared by isolates: two here, with nothing in common but Upstash and the time. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startUpstash } from '../../../local/upstash/server.ts'
import { sharedGate } from '../../../shared/shared-gate.ts'
import { startContext } from './service-context.ts'

let upstash: Awaited<ReturnType<typeof startUpstash>>
beforeAll(async () => void (upstash = await startUpstash({ token: 'token' })))
afterAll(() => upstash.close())

let name = ''
beforeEach(() => {
  upstash.setUp(true)
  name = crypto.randomUUID()
})

function startIsolate() {
  const env = { UPSTASH_REDIS_REST_URL: upstash.url, UPSTASH_REDIS_REST_TOKEN: 'token' }
  const { ctx, clock, settle } = startContext(env)
  const gate = sharedGate(ctx, 'openai', name)
  /** Asks twice: the first time what is known is read behind the answer. */
  const isOpen = async () => {
    await gate.isOpenTo()
    await settle()
    return gate.isOpenTo()
  }
  const fail = async () => {
    gate.fail()
    await settle()
  }
  return { gate, clock, settle, isOpen, fail }
}

const pass = (ms: number, ...isolates: ReturnType<typeof startIsolate>[]) => {
  for (const { clock } of isolates) clock.ms += ms
}

test('three failures, wherever they were seen, shut it for all', async () => {
  const [one, other] = [startIsolate(), startIsolate()]
  await one.fail()
  await other.fail()
  expect(await one.isOpen()).toBe(true)
  await one.fail()
  expect(await one.isOpen()).toBe(false)
  pass(2000, other)
  expect(await other.isOpen()).toBe(false)
})

test('afterwards one isolate tries it, and what it finds is true for all', async () => {
  const isolates = Array.from({ length: 5 }, startIsolate)
  const [first] = isolates
  for (let times = 0; times < 3; times++) await first!.fail()
  for (const { isOpen } of isolates) expect(await isOpen()).toBe(false)
  pass(30_001, ...isolates)
  const open = await Promise.all(isolates.map(({ gate }) => gate.isOpenTo()))
  expect(open.filter(Boolean)).toHaveLength(1)
  const prober = isolates[open.indexOf(true)]!
  await prober.fail()
  for (const { isOpen } of isolates) expect(await isOpen()).toBe(false)

  pass(30_001, ...isolates)
  const again = await Promise.all(isolates.map(({ gate }) => gate.isOpenTo()))
  expect(again.filter(Boolean)).toHaveLength(1)
  const lucky = isolates[again.indexOf(true)]!
  lucky.gate.succeed()
  await lucky.settle()
  pass(2001, ...isolates)
  for (const { isOpen } of isolates) expect(await isOpen()).toBe(true)
})

test('one that tries and never comes back is followed by another', async () => {
  const [one, other] = [startIsolate(), startIsolate()]
  for (let times = 0; times < 3; times++) await one.fail()
  pass(30_001, one, other)
  expect(await one.gate.isOpenTo()).toBe(true)
  expect(await other.isOpen()).toBe(false)
  pass(60_001, one, other)
  expect(await other.gate.isOpenTo()).toBe(true)
})

test('a success in between begins the count anew', async () => {
  const [one, other] = [startIsolate(), startIsolate()]
  await one.fail()
  await one.fail()
  one.gate.succeed()
  await one.settle()
  await other.fail()
  expect(await one.isOpen()).toBe(true)
  expect(await other.isOpen()).toBe(true)
})

test('without Upstash each isolate counts for itself, and one caller of it tries', async () => {
  upstash.setUp(false)
  const [one, other] = [startIsolate(), startIsolate()]
  for (let times = 0; times < 3; times++) await one.fail()
  expect(await one.isOpen()).toBe(false)
  expect(await other.isOpen()).toBe(true)
  pass(30_001, one)
  expect([await one.gate.isOpenTo(), await one.gate.isOpenTo()]).toEqual([true, false])
})

test('who knows nothing yet does not wait to learn it', async () => {
  const [one, other] = [startIsolate(), startIsolate()]
  for (let times = 0; times < 3; times++) await one.fail()
  expect(await other.gate.isOpenTo()).toBe(true)
  await other.settle()
  expect(await other.gate.isOpenTo()).toBe(false)
})

test('who is patient knows what others have seen before the first try', async () => {
  const [one, other] = [startIsolate(), startIsolate()]
  for (let times = 0; times < 3; times++) await one.fail()
  expect(await other.gate.isOpenTo({ isPatient: true })).toBe(false)
})

test('patience ends where Upstash does not answer', async () => {
  const isolate = startIsolate()
  upstash.setUp(false)
  expect(await isolate.gate.isOpenTo({ isPatient: true })).toBe(true)
})
