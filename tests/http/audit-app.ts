/** The whole product with its audit log: requests as the first owner, and what the log tells of them. */
import { connect } from '../../operations/database/connection.ts'
import { type AuditFilter, AuditPage } from '../../workers/audit/schemas.ts'
import type { Who } from './harness.ts'
import { sessionOf, startIdentity } from './identity-harness.ts'
import { deliver } from './knowledge-harness.ts'

export const AUDIT = '/api/admin/audit'
export const FLAGS = '/api/admin/feature-flags'

export async function startAudited() {
  const app = await startIdentity()
  const session = await sessionOf(await app.setUp())
  const { accessToken: token, tenant } = session
  const send = (method: string, path: string, body?: unknown) => app.send(method, path, body, token)

  /** What was sent to the queue reaches the log. */
  async function flush() {
    await app.settle()
    await deliver(app, app.audited.splice(0), { queue: 'audit' })
  }

  async function entries(filter: AuditFilter & { limit?: number; cursor?: string } = {}) {
    await flush()
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(filter)) query.set(name, String(value))
    return AuditPage.parse(await (await send('GET', `${AUDIT}?${query.toString()}`)).json())
  }

  return {
    app,
    token,
    tenant: tenant.id,
    sql: connect(app.database.owner),
    send,
    flush,
    entries,

    /** Events and outcomes of what happened to one resource, oldest first. */
    async story(resource: string) {
      const { items } = await entries({ resource })
      return items.toReversed().map(({ entry }) => [entry.event, entry.outcome, entry.facts])
    },

    /**
     * As anybody, with a token of the harness. In surroundings of its own: keys are remembered for
     * each, and the real identity Worker signs no such token.
     */
    async sendAs(who: Who, method: string, path: string, body?: unknown) {
      const env = { ...app.env, IDENTITY: app.plainIdentity }
      const headers = {
        authorization: `Bearer ${await app.token(who)}`,
        'content-type': 'application/json',
      }
      const init = { method, headers, body: body === undefined ? null : JSON.stringify(body) }
      return app.app.request(path, init, env, app.execution)
    },
  }
}

export type Audited = Awaited<ReturnType<typeof startAudited>>
