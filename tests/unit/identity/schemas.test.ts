import { expect, test } from 'vitest'
import { Claims, Setup, SignIn } from '../../../workers/identity/schemas.ts'

const setup = {
  email: 'Ada@Example.com',
  password: 'correct horse',
  name: ' Ada ',
  organization: 'Analytical Engines',
}

test('addresses are lowered and names trimmed', () => {
  expect(Setup.parse(setup)).toMatchObject({ email: 'ada@example.com', name: 'Ada' })
})

test.each([
  ['7 characters', '1234567', false],
  ['8 characters', '12345678', true],
  ['4 emoji of two units each', '😀😁😂😃', false],
  ['128 emoji', '😀'.repeat(128), true],
  ['129 characters', 'a'.repeat(129), false],
  ['more combining marks than sign-in takes', 'a\u0301'.repeat(257), false],
])('a new password of %s: %s is %j', (_name, password, isFine) => {
  expect(Setup.safeParse({ ...setup, password }).success).toBe(isFine)
})

test('whoever could set a password can sign in with it', () => {
  const { email } = setup
  for (const password of ['😀'.repeat(128), 'a\u0301'.repeat(128)]) {
    expect(Setup.safeParse({ ...setup, password }).success).toBe(true)
    expect(SignIn.safeParse({ email, password }).success).toBe(true)
  }
})

test.each([
  [{ ...setup, admin: true }],
  [{ ...setup, email: 'ada' }],
  [{ ...setup, organization: '  ' }],
])('%j is refused', (body) => {
  expect(Setup.safeParse(body).success).toBe(false)
})

test.each(['sub', 'sid', 'jti', 'org', 'role', 'iat', 'exp'])(
  'claims without %s are refused',
  (claim) => {
    const claims = { sub: 'u', sid: 's', jti: 'j', org: 't', role: 'owner', iat: 0, exp: 1 }
    expect(Claims.safeParse(claims).success).toBe(true)
    expect(Claims.safeParse({ ...claims, [claim]: undefined }).success).toBe(false)
  },
)
