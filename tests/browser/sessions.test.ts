/** Voice sessions in a real browser: recorded where both agree, heard again, followed, taken over, ended. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { encodeWords } from '../../local/openai/codec.ts'
import { writeWav } from '../../local/openai/wav.ts'
import { at, launch, openSignedIn, overflowOf, violationsOf } from './browser.ts'

const RATE = 24_000
const QUESTION = 'what does the edge worker do'
const PATIENCE = { timeout: 60_000 }

/** A file of the words, with silence before and behind. */
async function wavOf(words: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'voiceassist-wav-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const spoken = encodeWords(words, RATE)
  const whole = new Int16Array(spoken.length + 4 * RATE)
  whole.set(spoken, 2 * RATE)
  const file = join(folder, 'words.wav')
  await writeFile(file, writeWav(whole, RATE))
  return file
}

const lines = (page: Page) => page.getByRole('log').getByRole('listitem')

async function launchWithMicrophone(words: string) {
  const browser = await launch([
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-audio-capture=${await wavOf(words)}`,
  ])
  onTestFinished(() => browser.close())
  return browser
}

test('a session is played from a file, recorded, found again and heard', async () => {
  const browser = await launchWithMicrophone('unused')
  const page = await openSignedIn('/sessions', { from: browser })
  await page.getByText('Recording', { exact: true }).first().click()
  await page.getByLabel('Sessions may be recorded when their callers agree').check()
  await page.getByLabel('Days a recording is kept').fill('7')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved.').waitFor()
  expect(await violationsOf(page)).toEqual([])

  await page.goto(at('/voice'))
  await page.getByRole('combobox', { name: 'Microphone' }).waitFor()
  await page.getByLabel('Play a WAV file instead').setInputFiles(await wavOf(QUESTION))
  // It is ticked when the server says so.
  await page.getByLabel('I agree that this session is recorded').click()
  await page.getByRole('main').getByText('Recording', { exact: true }).waitFor(PATIENCE)
  await lines(page).filter({ hasText: QUESTION }).waitFor(PATIENCE)
  await page.getByRole('region', { name: 'How long each turn took' }).waitFor(PATIENCE)
  expect(await violationsOf(page)).toEqual([])
  const downloading = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download the session' }).click()
  expect((await downloading).suggestedFilename()).toBe('voice-session.json')
  await page.getByRole('button', { name: 'Stop', exact: true }).click()

  await page.goto(at('/sessions?recorded=true'))
  const row = page.getByRole('row').filter({ hasText: 'Recorded' }).first()
  await row.getByRole('link').click(PATIENCE)
  const details = page.getByRole('dialog')
  await details.getByText(QUESTION).waitFor(PATIENCE)
  await expect
    .poll(async () => {
      await page.reload()
      await details.getByText(QUESTION).waitFor(PATIENCE)
      return details.getByRole('button', { name: 'Load the recording' }).count()
    }, PATIENCE)
    .toBe(1)
  await details.getByRole('button', { name: 'Load the recording' }).click()
  const player = details.locator('audio')
  await player.waitFor(PATIENCE)
  await expect
    .poll(() => player.evaluate((audio) => (audio as HTMLAudioElement).duration), PATIENCE)
    .toBeGreaterThan(3)
  expect(await violationsOf(page)).toEqual([])

  await details.getByRole('button', { name: 'Erase' }).click()
  await details.getByRole('button', { name: 'Erase for good' }).click()
  await page.getByText('The session is erased.').waitFor()
})

test('a supervisor follows a session, whispers, takes over and hangs up', async () => {
  const browser = await launchWithMicrophone('a person speaks')
  const caller = await openSignedIn('/voice', { from: browser })
  await caller.getByLabel('Type instead of talking').fill('What does the edge worker do?')
  await caller.keyboard.press('Enter')
  await lines(caller).nth(1).waitFor(PATIENCE)

  const page = await openSignedIn('/sessions?state=live', { from: browser })
  await page.getByRole('table').getByRole('link').first().click(PATIENCE)
  const details = page.getByRole('dialog')
  await details.getByRole('button', { name: 'Follow live' }).click(PATIENCE)
  await details.getByRole('status').filter({ hasText: 'Following' }).waitFor(PATIENCE)
  await details.getByText('What does the edge worker do?').first().waitFor(PATIENCE)
  await details.getByLabel(/^Whisper to the assistant/).fill('Be brief.')
  await details.getByRole('button', { name: 'Whisper' }).click()
  await details.getByRole('button', { name: 'Listen' }).click()
  await details.getByRole('button', { name: 'Stop listening' }).waitFor()
  await details.getByRole('button', { name: 'Take over' }).click()
  await details.getByText('speaks in the assistant’s place.').waitFor(PATIENCE)
  expect(await violationsOf(page)).toEqual([])
  await details.getByRole('button', { name: 'Hand back' }).click()
  await details.getByRole('button', { name: 'Take over' }).waitFor(PATIENCE)
  expect(await caller.getByText('Be brief.').count()).toBe(0)
  await details.getByRole('button', { name: 'Hang up' }).click()
  await details.getByText('The session has ended.').waitFor(PATIENCE)
  await caller.getByRole('status').filter({ hasText: 'Ready to start' }).waitFor(PATIENCE)
})

test('the page fits a phone, in Russian too', async () => {
  const options = { viewport: { width: 390, height: 844 }, locale: 'ru-RU' }
  const page = await openSignedIn('/sessions', { options })
  await page.getByRole('main').waitFor()
  expect(await overflowOf(page)).toBe(0)
  expect(await violationsOf(page)).toEqual([])
})
