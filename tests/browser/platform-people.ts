/** Who runs the platform under test. */
import type { Page } from 'playwright-core'
import { inject } from 'vitest'
import { connect } from '../../operations/database/connection.ts'
import { setPlatform } from '../../operations/database/platform.ts'
import { openPage } from './browser.ts'
import { call, codeOf, enroll, newEmail, PASSWORD, signInAs } from './people.ts'

/** A page of somebody who runs the platform, signed in with their second factor. */
export async function openPlatform({ options = {}, role = 'viewer' } = {}): Promise<Page> {
  const email = newEmail('root')
  const token = await enroll(email, 'Root', role)
  const proof = { password: PASSWORD }
  const { secret } = await call<{ secret: string }>('/api/auth/two-factor/setup', proof, token)
  await call('/api/auth/two-factor/confirm', { code: await codeOf(secret, -1) }, token)
  const { databaseUrl, databaseHttpUrl: httpUrl } = inject('consoleUnderTest')
  await setPlatform(connect({ databaseUrl, httpUrl }), email, true)
  const page = await openPage({ options })
  await signInAs(page, email)
  await page.getByLabel('Code').fill(await codeOf(secret))
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL((url) => !url.pathname.endsWith('/sign-in'))
  return page
}
