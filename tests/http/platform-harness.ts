/** Tenants with somebody who runs the platform: `root`, signed in with a second factor. */
import { sessionOf } from './identity-harness.ts'
import { type Person, startTenants } from './tenant-harness.ts'

export async function startPlatform() {
  const app = await startTenants()

  async function platform(name: string): Promise<Person> {
    const person = await app.person(name, 'viewer')
    await app.sql.query('update auth.users set is_platform = true where id = $1', [person.id])
    await app.sql.query(`update auth.sessions set amr = 'pwd otp' where id = $1`, [
      person.sessionId,
    ])
    const { accessToken } = await sessionOf(await app.renew(person.cookie))
    return { ...person, token: accessToken }
  }

  return { ...app, platform, root: await platform('root') }
}

export type TestPlatform = Awaited<ReturnType<typeof startPlatform>>
