import { expect, test, vi } from 'vitest'
import { createServices } from '../../../workers/console/lib/services.tsx'

const session = {
  user: { id: 'u', email: 'ada@example.com', name: 'Ada' },
  tenant: { id: 't', name: 'Analytical Engines' },
  role: 'owner',
  permissions: [],
  impersonatedBy: null,
  accessToken: 'token',
  expiresAt: '2999-01-01T00:00:00.000Z',
}

test('whoever signs out leaves nothing in the page', async () => {
  const { session: store, queries, conversation, uploads } = createServices()
  store.adopt(session)
  queries.setQueryData(['documents'], ['A secret plan'])
  uploads.add([new File([], 'a secret plan.md')], null)
  const answers = vi.spyOn(globalThis, 'fetch')
  answers.mockResolvedValueOnce(Response.json({ code: 'dependency_down' }, { status: 503 }))
  await conversation.ask('What is the secret plan?')
  const held = () => [
    queries.getQueryCache().getAll().length,
    conversation.snapshot().length,
    uploads.snapshot().length,
  ]
  expect(held()).toEqual([1, 1, 1])

  answers.mockResolvedValueOnce(new Response(null, { status: 204 }))
  await store.signOut()
  answers.mockRestore()
  expect(held()).toEqual([0, 0, 0])
  expect(JSON.stringify(store.snapshot())).not.toContain('token')
})
