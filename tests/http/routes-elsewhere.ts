/** Routes with an id in them that isolation.test.ts does not ask, and why. */

/** Not about a tenant's things, or making the caller's own. */
export const ELSEWHERE: Record<string, string> = {
  'GET /api/admin/platform/traces/{traceId}':
    'for those who run the platform; tests/http/trace-api',
  'PUT /api/admin/provider-keys/{provider}': 'writes the caller’s own; tests/http/provider-keys',
  'POST /api/admin/feature-flags/{name}/drafts': 'writes the caller’s own; tests/http/flag-drafts',
  'PUT /api/admin/flag-environments/{environment}':
    'writes the caller’s own; tests/http/flag-model',
  'PUT /api/admin/flag-segments/{segment}': 'writes the caller’s own; tests/http/flag-model',
  'GET /api/admin/tenants/{id}': 'for those who run the platform, of all tenants',
  'POST /api/auth/sign-in/provider/{provider}': 'before there is a tenant; tests/http/federation',
  'GET /api/auth/callback/{provider}': 'before there is a tenant; tests/http/federation',
  'POST /api/auth/linked-accounts/{provider}': 'a user’s own; tests/http/linked-accounts',
  'POST /api/auth/linked-accounts/{provider}/remove': 'a user’s own; tests/http/linked-accounts',
  'PATCH /api/auth/passkeys/{id}': 'a user’s own, in no tenant; tests/http/passkeys',
  'POST /api/auth/passkeys/{id}/remove': 'a user’s own, in no tenant; tests/http/passkeys',
  'GET /api/admin/tenants/{id}/plan': 'for those who run the platform; tests/http/tenant-plans',
  'PUT /api/admin/tenants/{id}/plan': 'for those who run the platform; tests/http/tenant-plans',
  'POST /api/admin/accounts/{id}/ban': 'for those who run the platform; tests/http/bans',
  'DELETE /api/admin/accounts/{id}/ban': 'for those who run the platform; tests/http/bans',
  'DELETE /api/auth/oauth/consents/{id}': 'a user’s own, in no tenant; tests/http/oauth-tokens',
  'GET /api/features/{clientKey}': 'the key is the tenant’s own; tests/conformance/growthbook-sdk',
  'GET /sub/{clientKey}': 'the key is the tenant’s own; tests/conformance/growthbook-sdk',
  'DELETE /api/auth/sessions/{id}': 'a user’s own, in no tenant; tests/http/identity-sessions',
}
