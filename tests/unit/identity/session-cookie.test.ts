import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { withCurrentSignature } from '../../../workers/identity/issuer/session-cookie.ts'

const NAME = '__Host-va_session'
const signed = (secret: string, token = 'token+/=') =>
  encodeURIComponent(`${token}.${createHmac('sha256', secret).update(token).digest('base64')}`)
const cookieAfter = (cookie: string, previous: string[] = ['old', 'older']) =>
  withCurrentSignature(new Headers({ cookie }), NAME, { current: 'new', previous }).get('cookie')

test.each(['old', 'older'])('a cookie signed with %s is signed anew, others stay', (secret) => {
  expect(cookieAfter(`a=1; ${NAME}=${signed(secret)}; b=%zz`)).toBe(
    `a=1; ${NAME}=${signed('new')}; b=%zz`,
  )
})

test.each([
  ['the current secret', signed('new')],
  ['a stranger’s secret', signed('stranger')],
  ['nothing', 'token'],
  ['a cut signature', signed('old').slice(0, -6)],
  ['bytes that are no percent-encoding', '%zz.%'],
  ['an empty token', signed('old', '')],
])('a cookie signed with %s stays as it is', (_name, value) => {
  expect(cookieAfter(`${NAME}=${value}`)).toBe(`${NAME}=${value}`)
})

test('nothing is touched while nothing is rotated', () => {
  const headers = new Headers({ cookie: `${NAME}=${signed('old')}` })
  expect(withCurrentSignature(headers, NAME, { current: 'new', previous: [] })).toBe(headers)
})
