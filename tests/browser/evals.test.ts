/** Evaluation: a set made, filled from a file and from a search, run, compared; and who only looks. */
import type { Page } from 'playwright-core'
import { expect, inject, test } from 'vitest'
import { at, openPage, openSignedIn, overflowOf, violationsOf } from './browser.ts'
import { arrived, call, enroll, newEmail, ownerToken, signInAs } from './people.ts'

const newName = (what: string) => `${what} ${crypto.randomUUID().slice(0, 8)}`

async function make(page: Page, name: string): Promise<void> {
  await page.goto(at('/evals?create=true'))
  await page.getByRole('dialog').getByLabel('Name').fill(name)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name }).waitFor()
}

const LINES = [
  '{"id":"1","text":"How do I roll back a deploy?"}',
  '{"id":"2","text":"What is the identity worker?"}',
  '{"q":"1","d":"DEPLOYMENT.md","r":1}',
  '{"q":"2","d":"nowhere.md","r":1}',
].join('\n')

async function importLines(page: Page): Promise<void> {
  const file = { name: 'cases.jsonl', mimeType: 'text/plain', buffer: Buffer.from(LINES) }
  await page.locator('input[type=file]').setInputFiles([file])
  await page.getByText('2 cases taken.').waitFor()
}

async function run(page: Page, label: string, arm: string): Promise<void> {
  await page.getByRole('button', { name: 'Start a run' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Label').fill(label)
  await dialog.getByLabel('Search by').selectOption({ label: arm })
  await dialog.getByRole('button', { name: 'Start a run' }).click()
  const row = page.getByRole('row').filter({ hasText: label })
  await row.getByText('Done').waitFor()
}

test('a set is filled from a file, run twice, compared and deleted', async () => {
  const name = newName('Help desk')
  const page = await openSignedIn('/evals')
  await make(page, name)
  await page.getByText('No cases yet.').waitFor()
  await importLines(page)
  await page.getByText('Line 4: The knowledge base has no document nowhere.md.').waitFor()
  expect(await violationsOf(page)).toEqual([])

  await run(page, 'words', 'Words alone')
  await run(page, 'both', 'Words and vectors')
  await page.getByRole('radio', { name: 'Compare from words' }).click()
  await page.getByRole('radio', { name: 'Compare to both' }).click()
  const compared = page.getByRole('table', { name: 'Comparison' })
  await compared.getByRole('rowheader').filter({ hasText: 'nDCG@10' }).waitFor()
  expect(await violationsOf(page)).toEqual([])
  // The address holds the comparison.
  await page.reload()
  await compared.waitFor()

  await page.getByRole('button', { name: 'Delete set' }).click()
  await page.keyboard.type(name)
  await page.keyboard.press('Enter')
  await page.getByText(`${name} is deleted.`).waitFor()
  await page.getByRole('link', { name }).waitFor({ state: 'detached' })
})

test('a search shows its scores, opens the text, says why not, and becomes a case', async () => {
  const name = newName('From searches')
  const page = await openSignedIn('/evals')
  await make(page, name)
  const question = 'How do I roll back a deploy?'
  await page.goto(at('/search'))
  await page.getByText('Ask something to see what is found').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('searchbox', { name: 'Question' }).fill(question)
  await page.keyboard.press('Enter')
  const first = page.getByRole('list', { name: 'Chunks found' }).getByRole('listitem').first()
  await first.getByText('BM25').waitFor()
  await first.getByText('Rank by vector').waitFor()
  await page.getByText(/Not from a cache|From memory|From Redis/).waitFor()
  expect(await violationsOf(page)).toEqual([])

  await first.getByRole('link').click()
  await page.getByRole('complementary').locator('mark').first().waitFor()
  const document = new URL(page.url()).searchParams.get('doc') ?? ''
  await page.keyboard.press('Escape')
  await page.getByLabel('Document id').fill(document.replaceAll('"', ''))
  await page.getByRole('button', { name: 'Explain' }).click()
  await page.getByText('It is found, at rank 1.').waitFor()

  await page.getByRole('button', { name: 'Save as case' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Set').selectOption({ label: name })
  await dialog.getByRole('checkbox').first().check()
  expect(await violationsOf(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Save as case' }).click()
  await page.getByText('The case is kept.').waitFor()
  await page.goto(at('/evals'))
  await page.getByRole('link', { name }).click()
  await page.getByText(question).waitFor()
  await page.getByText('1 judged document', { exact: true }).waitFor()
})

test('a rated answer is found by its reason and becomes a case', async () => {
  const name = newName('From people')
  const reason = newName('Missed')
  const token = await ownerToken()
  const question = `What is the identity worker? ${reason}`
  const { answerId } = await call<{ answerId: string }>('/api/ask', { question }, token)
  const page = await openSignedIn('/evals')
  await make(page, name)
  const { url } = inject('consoleUnderTest')
  const rate = () =>
    fetch(`${url}/api/answers/${answerId}/feedback`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ rating: 2, reason }),
    })
  // The answer is written down once it was given.
  await expect.poll(async () => (await rate()).status, { timeout: 60_000 }).toBe(200)

  await page.goto(at('/evals'))
  await page.getByRole('link', { name: 'Rated answers' }).click()
  await page.getByLabel('Rating').selectOption({ label: '0 to 2' })
  await page.getByRole('searchbox', { name: 'Words of the reason' }).fill(reason.toUpperCase())
  const rows = page.getByRole('table', { name: 'Rated answers' }).getByRole('row')
  await rows.filter({ hasText: question }).waitFor()
  await expect.poll(() => rows.count()).toBe(2)
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('button', { name: `Save as case: ${question}` }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Set').selectOption({ label: name })
  const documents = dialog.getByRole('checkbox')
  // A bad rating vouches for nothing.
  expect(await documents.first().isChecked()).toBe(false)
  await documents.first().check()
  expect(await violationsOf(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Save as case' }).click()
  await page.getByText('The case is kept.').waitFor()
  await page.goto(at('/evals'))
  await page.getByRole('link', { name }).click()
  await page.getByText(question).waitFor()
  await page.getByText('1 judged document', { exact: true }).waitFor()
})

test('both pages fit a phone, in Russian too', async () => {
  const options = { viewport: { width: 390, height: 844 }, locale: 'ru-RU' }
  const page = await openSignedIn('/search?q=deploy', { options })
  await page.getByRole('list', { name: 'Найденные фрагменты' }).waitFor()
  expect(await overflowOf(page)).toBe(0)
  await page.goto(at('/evals'))
  await page.getByRole('heading', { level: 1, name: 'Оценка качества' }).waitFor()
  expect(await overflowOf(page)).toBe(0)
  await page.goto(at('/evals?rated=true'))
  await page.getByRole('heading', { level: 1, name: 'Оценённые ответы' }).waitFor()
  await page.getByLabel('Оценка').waitFor()
  expect(await overflowOf(page)).toBe(0)
  expect(await violationsOf(page)).toEqual([])
})

test('whoever may only read looks at sets and changes none', async () => {
  const name = newName('Archive')
  const owner = await openSignedIn('/evals')
  await make(owner, name)
  await importLines(owner)
  const path = new URL(owner.url()).search
  const [email, role] = [newEmail('looker'), newName('looker').replace(' ', '-')]
  const permissions = ['kb.read', 'rag.query']
  await call('/api/admin/roles', { name: role, permissions }, await ownerToken())
  await enroll(email, 'Lise', role)
  const page = await openPage()
  await signInAs(page, email)
  await arrived(page)
  await page.goto(at(`/evals${path}`))
  await page.getByRole('button', { name: 'Export JSONL' }).waitFor()
  for (const act of ['Start a run', 'Import JSONL', 'Delete set'])
    expect(await page.getByRole('button', { name: act }).count()).toBe(0)
})
