/** What holds on every page: accessibility, width, keyboard, theme, language, and no surprises. */
import { expect, test } from 'vitest'
import { at, openSignedIn, overflowOf, violationsOf } from './browser.ts'

const PAGES = [
  'ask',
  'voice',
  'knowledge',
  'flags',
  'help',
  'account',
  'members',
  'teams',
  'keys',
  'applications',
  'organization',
  'roles',
] as const

test.each(['light', 'dark'] as const)(
  'axe finds nothing on any page in %s',
  async (colorScheme) => {
    const page = await openSignedIn('/assistant', {
      options: { colorScheme, reducedMotion: 'reduce' },
    })
    for (const name of PAGES) {
      await page.goto(at(`/${name}`))
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.waitForLoadState('networkidle')
      expect({ name, found: await violationsOf(page) }).toEqual({ name, found: [] })
    }
    await page.goto(at('/flags?create=true'))
    await page.getByRole('dialog').waitFor()
    expect(await violationsOf(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog').getByRole('option').first().waitFor()
    expect(await violationsOf(page)).toEqual([])
  },
)

test('a question that is called off gives the focus back', async () => {
  const page = await openSignedIn('/flags')
  const opener = page.getByRole('button', { name: 'New flag' }).first()
  for (const close of ['Cancel', 'Close']) {
    await opener.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').getByRole('button', { name: close }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await expect.poll(() => opener.evaluate((it) => it === document.activeElement)).toBe(true)
  }
})

test('a phone reaches the pages its bar has no room for', async () => {
  const page = await openSignedIn('/assistant', {
    options: { viewport: { width: 390, height: 844 } },
  })
  await page.getByRole('button', { name: 'More' }).click()
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('link', { name: 'Members' }).click()
  await page.getByRole('heading', { level: 1, name: 'Members' }).waitFor()
  expect(await page.getByRole('link', { name: 'Help' }).isVisible()).toBe(false)
})

test.each(['en-US', 'ru-RU'])('nothing is wider than a phone of 390 px in %s', async (locale) => {
  const page = await openSignedIn('/assistant', {
    options: { locale, viewport: { width: 390, height: 844 } },
  })
  for (const name of PAGES) {
    await page.goto(at(`/${name}`))
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.waitForLoadState('networkidle')
    expect({ name, overflow: await overflowOf(page) }).toEqual({ name, overflow: 0 })
  }
})

test('the whole console is reached from the keyboard', async () => {
  const page = await openSignedIn('/assistant')
  const heading = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor()
  await page.getByLabel('Your message').blur()
  for (const [letter, name] of [
    ['k', 'Knowledge'],
    ['v', 'Voice'],
    ['f', 'Flags'],
    ['x', 'Experiments'],
    ['h', 'Help'],
    ['c', 'Account'],
    ['m', 'Members'],
    ['t', 'Teams'],
    ['y', 'API keys'],
    ['p', 'Applications'],
    ['o', 'Organization'],
    ['r', 'Roles'],
    ['l', 'Audit log'],
    ['a', 'Assistant'],
  ] as const) {
    await page.keyboard.press('g')
    await page.keyboard.press(letter)
    await heading(name)
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  }
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').waitFor()
  await page.keyboard.type('create a fl')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: 'New flag' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  // A page that takes no focus of its own, so that Tab begins at the top.
  await page.goto(at('/help'))
  await heading('Help')
  await page.keyboard.press('Tab')
  const skip = page.getByRole('link', { name: 'Skip to content' })
  expect(await skip.evaluate((link) => link === document.activeElement)).toBe(true)
  const { outlineWidth } = await skip.evaluate((link) => {
    const { outlineWidth: width } = getComputedStyle(link)
    return { outlineWidth: width }
  })
  expect(outlineWidth).toBe('2px')
})

test('theme and language are chosen once and kept', async () => {
  const page = await openSignedIn('/assistant')
  await page.getByRole('button', { name: 'Account and preferences' }).first().click()
  await page.getByLabel('Dark', { exact: true }).first().check()
  await page.getByLabel('Русский').first().click()
  await page.getByRole('heading', { level: 1, name: 'Ассистент' }).waitFor()
  await page.reload()
  await page.getByRole('heading', { level: 1, name: 'Ассистент' }).waitFor()
  const shown = await page.evaluate(() => {
    const { lang, dataset } = document.documentElement
    return {
      lang,
      theme: dataset.theme,
      background: getComputedStyle(document.body).backgroundColor,
    }
  })
  expect(shown).toEqual({ lang: 'ru', theme: 'dark', background: 'rgb(12, 16, 21)' })
})

test('an unknown page says so, and offline is said too', async () => {
  const page = await openSignedIn('/help')
  await page.goto(at('/nowhere'))
  await page.getByText('There is no such page.').waitFor()
  await page.context().setOffline(true)
  const banner = page.getByRole('status').filter({ hasText: 'You are offline' })
  await banner.waitFor()
  expect(await banner.isVisible()).toBe(true)
})

test('a chunk that is gone after a deploy reloads the page once', async () => {
  const page = await openSignedIn('/assistant')
  await page.route('**/console/assets/help-*.js', (route) => route.fulfill({ status: 404 }), {
    times: 1,
  })
  await page.getByRole('link', { name: 'Help' }).first().click()
  const heading = page.getByRole('heading', { level: 1, name: 'Help' })
  await heading.waitFor()
  expect(await heading.isVisible()).toBe(true)
})
