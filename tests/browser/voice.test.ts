/** A spoken turn in a real browser: a fake microphone says words, the speaker answers with words. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { encodeWords } from '../../local/openai/codec.ts'
import { writeWav } from '../../local/openai/wav.ts'
import { launch, openSignedIn, violationsOf } from './browser.ts'
import { call, ownerToken } from './people.ts'

const RATE = 24_000
/** The page signs in and opens the session before the recording begins to be played. */
const LEAD_SECONDS = 2

const silence = (seconds: number) => new Int16Array(seconds * RATE)

function joined(parts: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0))
  let written = 0
  for (const part of parts) {
    whole.set(part, written)
    written += part.length
  }
  return whole
}

/** A browser whose microphone plays the parts once, from the moment it is opened. */
async function launchWithVoice(...parts: Int16Array[]) {
  const folder = await mkdtemp(join(tmpdir(), 'voiceassist-wav-'))
  const file = join(folder, 'microphone.wav')
  await writeFile(file, writeWav(joined([silence(LEAD_SECONDS), ...parts, silence(2)]), RATE))
  const browser = await launch([
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-audio-capture=${file}%noloop`,
  ])
  onTestFinished(async () => {
    await browser.close()
    await rm(folder, { recursive: true, force: true })
  })
  return browser
}

const lines = (page: Page) => page.getByRole('log').getByRole('listitem')
const state = (page: Page, word: string) =>
  page.getByRole('main').getByRole('status').filter({ hasText: word })

test('a spoken question is heard, answered aloud and written down with its source', async () => {
  const browser = await launchWithVoice(encodeWords('what does the edge worker do', RATE))
  const page = await openSignedIn('/voice', { from: browser })
  await page.getByRole('button', { name: 'Start talking' }).click()
  await lines(page).filter({ hasText: 'what does the edge worker do' }).waitFor({ timeout: 30_000 })
  const reply = lines(page).nth(1)
  await reply.waitFor({ timeout: 30_000 })
  await state(page, 'Speaking').waitFor({ timeout: 30_000 })
  await reply.getByRole('list', { name: 'Sources' }).getByRole('link').first().waitFor()
  expect((await reply.textContent())!.length).toBeGreaterThan(20)
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  await state(page, 'Ready to start').waitFor()
})

test('speaking over the assistant silences it and leaves only what was heard', async () => {
  const question = encodeWords('what does the edge worker do', RATE)
  const interruption = encodeWords('wait stop please', RATE)
  const browser = await launchWithVoice(question, silence(7), interruption)
  const page = await openSignedIn('/voice', { from: browser })
  const sent: string[] = []
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => {
      if (String(payload).includes('conversation.item.truncate')) sent.push(String(payload))
    })
  })
  await page.getByRole('button', { name: 'Start talking' }).click()
  await page.getByText('Interrupted').waitFor({ timeout: 60_000 })
  expect(JSON.parse(sent[0]!).audio_end_ms).toBeGreaterThan(0)
})

test('without permission for the microphone the reason is told, and writing still works', async () => {
  const browser = await launch(['--use-fake-device-for-media-stream'])
  onTestFinished(() => browser.close())
  const page = await openSignedIn('/voice', { from: browser })
  await page.getByRole('button', { name: 'Start talking' }).click()
  await page.getByRole('alert').filter({ hasText: 'The microphone is blocked' }).waitFor()
  await page.getByLabel('Type instead of talking').fill('What does the edge worker do?')
  await page.keyboard.press('Enter')
  const reply = lines(page).nth(1)
  await reply.getByRole('list', { name: 'Sources' }).getByRole('link').first().waitFor()
  await reply.getByRole('link').first().click()
  const passage = page.getByRole('complementary').locator('mark')
  await passage.first().waitFor()
  expect(await passage.count()).toBeGreaterThan(0)
})

test('who answers is chosen before the session, and it is the one that is dialled', async () => {
  const slug = `quay-${crypto.randomUUID().slice(0, 8)}`
  const content = { name: slug, greeting: 'Ahoy from the quay.' }
  const made = await call<{ id: string }>(
    '/api/admin/assistants',
    { slug, content },
    await ownerToken(),
  )
  const page = await openSignedIn('/voice')
  await page.getByLabel('Who answers').selectOption(slug)
  expect(await violationsOf(page)).toEqual([])
  expect(new URL(page.url()).searchParams.get('assistant')).toBe(made.id)
  const opened = page.waitForEvent('websocket')
  await page.getByLabel('Type instead of talking').fill('call calculate {"expression":"6*7"}')
  await page.keyboard.press('Enter')
  expect(new URL((await opened).url()).searchParams.get('model')).toBe(`assistant:${made.id}`)
  await page.getByText(/says: 42/).waitFor()
})
