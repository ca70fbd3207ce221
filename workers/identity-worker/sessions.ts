/** The identity Worker's side of workers/identity/session-routes.ts. */
import { createRouter } from '../../shared/http.ts'
import * as issuer from '../identity/issuer/session-list.ts'
import { FORGET_SESSION } from '../identity/issuer/session.ts'
import {
  endAllSessions,
  endOtherSessions,
  endSession,
  listSessions,
} from '../identity/session-routes.ts'
import type { IdentityApp } from './context.ts'

const forgetting = { 'set-cookie': FORGET_SESSION }

export const sessionHandlers = createRouter<IdentityApp>()
  .openapi(listSessions, async (c) => c.json(await issuer.listSessions(c.var.ctx), 200))
  .openapi(endSession, async (c) => {
    const wasOwn = await issuer.endSession(c.var.ctx, c.req.valid('param').id)
    return c.body(null, 204, wasOwn ? forgetting : {})
  })
  .openapi(endOtherSessions, async (c) => {
    return c.json({ ended: await issuer.endOtherSessions(c.var.ctx) }, 200)
  })
  .openapi(endAllSessions, async (c) => {
    return c.json({ ended: await issuer.endAllSessions(c.var.ctx) }, 200, forgetting)
  })
