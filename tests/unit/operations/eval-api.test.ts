/** How `npm run eval` keeps asking a deployment: through limits, and past the end of its access token. */
import { createServer, type Server } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { openApi } from '../../../operations/eval/api.ts'

let server: Server | undefined
afterEach(() => server?.close())

/** A deployment that answers calls as told; sign-ins always succeed, each with another token. */
async function serve(statuses: number[]) {
  const seen: string[] = []
  let signIns = 0
  server = createServer((request, response) => {
    if (request.url === '/api/auth/sign-in/email') {
      signIns += 1
      response.end(JSON.stringify({ accessToken: `token-${signIns}` }))
      return
    }
    seen.push(request.headers.authorization ?? '')
    response.statusCode = statuses.shift() ?? 200
    response.setHeader('retry-after', '0')
    response.end('{}')
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const credential = { email: 'ada@example.com', password: 'long' }
  return { seen, api: await openApi({ url: `http://127.0.0.1:${port}`, credential }) }
}

test('a token that ends while a call waits for its turn is renewed', async () => {
  const { api, seen } = await serve([429, 429, 401])
  expect((await api.send('GET', '/api/any')).status).toBe(200)
  expect(seen).toEqual(
    ['token-1', 'token-1', 'token-1', 'token-2'].map((token) => `Bearer ${token}`),
  )
})

test('a call that is refused with a new token too fails', async () => {
  const { api, seen } = await serve([401, 401])
  await expect(api.send('GET', '/api/any')).rejects.toThrow('answered 401')
  expect(seen).toHaveLength(2)
})
