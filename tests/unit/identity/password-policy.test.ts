import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { createLog } from '../../../shared/log.ts'
import { COMMON_PASSWORDS } from '../../../workers/identity/issuer/common-passwords.ts'
import {
  checkNewPassword,
  reasonAgainst,
} from '../../../workers/identity/issuer/password-policy.ts'

const OWNER = { email: 'ada.lovelace@example.com', name: 'Ada Lovelace' }

test('at least three thousand common passwords of eight characters or more are known', () => {
  const list = COMMON_PASSWORDS.split(' ')
  expect(list.length).toBeGreaterThanOrEqual(3000)
  expect(list.filter((password) => password.length < 8)).toEqual([])
  expect(new Set(list).size).toBe(list.length)
})

test.each([
  ['password', /most used/],
  ['PASSWORD', /most used/],
  ['ｐａｓｓｗｏｒｄ', /most used/],
  ['1q2w3e4r', /most used/],
  ['abababababab', /repeats/],
  ['Ada.Lovelace-1815', /your own name/],
  ['adalovelace99', /your own name/],
  ['example.com!!', /your own name/],
  ['VoiceAssist2026', /your own name/],
])('%s is refused', (password, reason) => {
  expect(reasonAgainst(password, OWNER)).toMatch(reason)
})

test.each(['a long and quiet passphrase', 'correct horse battery staple', 'Lovelace met Babbage'])(
  '%s may be chosen',
  (password) => {
    expect(reasonAgainst(password, OWNER)).toBeUndefined()
  },
)

test('a range endpoint learns five digits, and its failure keeps nobody out', async () => {
  const leaked = 'a long and leaked passphrase'
  const hash = createHash('sha1').update(leaked).digest('hex').toUpperCase()
  const asked: string[] = []
  let status = 200
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    const padded = createHash('sha1').update('fine by me and you').digest('hex').toUpperCase()
    response.writeHead(status).end(`${hash.slice(5)}:3\r\n${padded.slice(5)}:0\r\n`)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const log = createLog({ level: 'error' })
  const check = (password: string, to = url) =>
    checkNewPassword({ env: { BREACHED_PASSWORDS_URL: to } as never, log }, password, OWNER, '/p')

  await expect(check(leaked)).rejects.toMatchObject({
    code: 'invalid_fields',
    errors: [{ in: 'json', pointer: '/p', detail: expect.stringContaining('leaked') }],
  })
  await expect(check('fine by me and you')).resolves.toBeUndefined()
  expect(asked[0]).toBe(`/${hash.slice(0, 5)}`)
  status = 500
  await expect(check(leaked)).resolves.toBeUndefined()
  server.close()
  server.closeAllConnections()
  await expect(check(leaked)).resolves.toBeUndefined()
  const before = asked.length
  await expect(check(leaked, '')).resolves.toBeUndefined()
  expect(asked).toHaveLength(before)
})
