/** Flags: created, switched, put back when the server refuses, deleted. */
import { expect, test } from 'vitest'
import { at, openSignedIn } from './browser.ts'

test('a flag is created, switched, still so after a reload, and deleted', async () => {
  const page = await openSignedIn('/flags')
  await page.getByRole('button', { name: 'New flag' }).first().click()
  await page.keyboard.type('night_watch')
  await page.getByLabel('Description').fill('Calls the night watch')
  await page.getByRole('button', { name: 'Create' }).click()
  const toggle = page.getByRole('switch', { name: 'Turn night_watch on or off' })
  await toggle.waitFor()
  expect(await toggle.isChecked()).toBe(false)
  const stored = page.waitForResponse((response) => response.url().endsWith('/night_watch/toggle'))
  await toggle.click()
  expect((await stored).status()).toBe(200)
  await page.reload()
  await toggle.waitFor()
  expect(await toggle.isChecked()).toBe(true)
  await page.getByRole('button', { name: 'Delete night_watch' }).click()
  await page.keyboard.type('night_watch')
  await page.keyboard.press('Enter')
  await toggle.waitFor({ state: 'detached' })
})

test('a refused switch goes back and says so with the request id', async () => {
  const page = await openSignedIn('/flags?create=true')
  await page.getByRole('dialog').getByLabel('Name').fill('stubborn')
  await page.getByRole('button', { name: 'Create' }).click()
  const toggle = page.getByRole('switch', { name: 'Turn stubborn on or off' })
  await toggle.waitFor()
  const body = JSON.stringify({ code: 'dependency_down', detail: 'Away.', requestId: 'req-9' })
  await page.route('**/stubborn/toggle', (route) => route.fulfill({ status: 503, body }))
  await toggle.click()
  const toast = page.getByRole('status').filter({ hasText: 'stubborn was not changed.' })
  await toast.getByText('req-9').waitFor()
  expect(await toggle.isChecked()).toBe(false)
})

test('a name the server refuses keeps the form open with the reason', async () => {
  const page = await openSignedIn('/flags')
  for (const round of ['first', 'second']) {
    await page.goto(at('/flags?create=true'))
    await page.getByRole('dialog').getByLabel('Name').fill('taken')
    await page.getByRole('button', { name: 'Create' }).click()
    if (round === 'first') await page.getByRole('switch', { name: /taken/ }).waitFor()
  }
  await page.getByRole('dialog').getByRole('alert').waitFor()
  expect(await page.getByRole('dialog').getByLabel('Name').inputValue()).toBe('taken')
})
