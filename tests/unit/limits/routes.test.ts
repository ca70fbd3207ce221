/** Which routes are counted, and as what. */
import { expect, test } from 'vitest'
import { createApp } from '../../../workers/app.ts'

test('every counted route says so in OpenAPI, with the answer of too many', () => {
  const { paths = {} } = createApp().getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 't', version: '1' },
  })
  const counted = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, operation]) => {
      const { 'x-rate-limit': limit, responses } = Object(operation)
      const answers = Object.keys(responses).filter((status) => status === '429')
      return limit ? [`${method.toUpperCase()} ${path} ${limit} ${answers.join('')}`] : []
    }),
  )
  expect(counted.toSorted()).toEqual([
    'DELETE /api/admin/accounts/{id}/ban admin.write 429',
    'DELETE /api/admin/api-keys/{id} access.change 429',
    'DELETE /api/admin/feature-flags/{name} admin.write 429',
    'DELETE /api/admin/feature-flags/{name}/drafts/{id} admin.write 429',
    'DELETE /api/admin/feature-flags/{name}/overrides/{unit} admin.write 429',
    'DELETE /api/admin/flag-segments/{segment} admin.write 429',
    'DELETE /api/admin/invitations/{id} access.change 429',
    'DELETE /api/admin/kb/documents/{id} admin.write 429',
    'DELETE /api/admin/kb/uploads/{id} admin.write 429',
    'DELETE /api/admin/oauth-clients/{id} access.change 429',
    'DELETE /api/admin/provider-keys/{provider} access.change 429',
    'DELETE /api/admin/roles/{name} access.change 429',
    'DELETE /api/admin/teams/{id} admin.write 429',
    'DELETE /api/admin/teams/{id}/members/{userId} admin.write 429',
    'DELETE /api/admin/users/{id} access.change 429',
    'DELETE /api/tenant/deletion access.change 429',
    'GET /v1/realtime voice.start 429',
    'PATCH /api/admin/feature-flags/{name} admin.write 429',
    'PATCH /api/admin/roles/{name} access.change 429',
    'PATCH /api/admin/teams/{id} admin.write 429',
    'PATCH /api/admin/users/{id} access.change 429',
    'PATCH /api/tenant access.change 429',
    'POST /api/admin/accounts/{id}/ban admin.write 429',
    'POST /api/admin/api-keys key.create 429',
    'POST /api/admin/api-keys/{id}/rotate key.create 429',
    'POST /api/admin/feature-flags admin.write 429',
    'POST /api/admin/feature-flags/{name}/drafts admin.write 429',
    'POST /api/admin/feature-flags/{name}/drafts/{id}/approve admin.write 429',
    'POST /api/admin/feature-flags/{name}/drafts/{id}/publish admin.write 429',
    'POST /api/admin/feature-flags/{name}/overrides admin.write 429',
    'POST /api/admin/feature-flags/{name}/restore admin.write 429',
    'POST /api/admin/feature-flags/{name}/toggle admin.write 429',
    'POST /api/admin/flag-kill-switch admin.write 429',
    'POST /api/admin/impersonation admin.write 429',
    'POST /api/admin/invitations access.change 429',
    'POST /api/admin/invitations/{id}/resend access.change 429',
    'POST /api/admin/kb/dead-letters/{id}/replay admin.write 429',
    'POST /api/admin/kb/documents upload 429',
    'POST /api/admin/kb/documents/{id}/cancel admin.write 429',
    'POST /api/admin/kb/documents/{id}/reindex admin.write 429',
    'POST /api/admin/kb/documents/{id}/retry admin.write 429',
    'POST /api/admin/kb/failed-documents/retry admin.write 429',
    'POST /api/admin/kb/uploads upload 429',
    'POST /api/admin/kb/uploads/{id}/complete upload 429',
    'POST /api/admin/oauth-clients key.create 429',
    'POST /api/admin/oauth-clients/{id}/rotate key.create 429',
    'POST /api/admin/roles access.change 429',
    'POST /api/admin/teams admin.write 429',
    'POST /api/ask ask 429',
    'POST /api/assistant/messages ask 429',
    'POST /api/tenant/deletion access.change 429',
    'POST /api/tenant/leave access.change 429',
    'POST /api/tenants access.change 429',
    'PUT /api/admin/budget admin.write 429',
    'PUT /api/admin/flag-environments/{environment} admin.write 429',
    'PUT /api/admin/flag-segments/{segment} admin.write 429',
    'PUT /api/admin/kb/uploads/{id}/parts/{number} admin.write 429',
    'PUT /api/admin/provider-keys/{provider} key.create 429',
    'PUT /api/admin/teams/{id}/members/{userId} admin.write 429',
    'PUT /api/admin/tenants/{id}/plan access.change 429',
  ])
})
