/** /api/admin/api-keys in the identity Worker: the contract's routes, each with who does its work. */
import { createRouter } from '../../shared/http.ts'
import * as apiKeys from '../identity/api-key-routes.ts'
import { createKey, listKeys, revokeKey, rotateKey } from '../identity/issuer/api-keys.ts'
import type { IdentityApp } from './context.ts'

export const apiKeyHandlers = createRouter<IdentityApp>()
  .openapi(apiKeys.list, async (c) => c.json(await listKeys(c.var.ctx, c.req.valid('query')), 200))
  .openapi(apiKeys.create, async (c) =>
    c.json(await createKey(c.var.ctx, c.req.valid('json')), 201),
  )
  .openapi(apiKeys.rotate, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await rotateKey(c.var.ctx, id, c.req.valid('json')), 200)
  })
  .openapi(apiKeys.revoke, async (c) => {
    await revokeKey(c.var.ctx, c.req.valid('param').id)
    return c.body(null, 204)
  })
