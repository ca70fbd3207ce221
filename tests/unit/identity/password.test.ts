import { expect, test } from 'vitest'
import {
  hashPassword,
  isOutdated,
  verifyPassword,
} from '../../../workers/identity/issuer/password.ts'
import { parseHash } from '../../../workers/identity/issuer/phc.ts'

const PEPPER = 'pepper-pepper-pepper-pepper-pepper'

test('a hash is a PHC string with approved parameters and a salt of its own', async () => {
  const [one, two] = await Promise.all([
    hashPassword(PEPPER, 'correct horse'),
    hashPassword(PEPPER, 'correct horse'),
  ])
  expect(one).toMatch(/^\$scrypt\$ln=15,r=8,p=3,keyid=[\da-f]{8}\$[\w+/]{22}\$[\w+/]{43}$/)
  expect(one).not.toBe(two)
})

test('the right password verifies in whatever form it is typed, no other does', async () => {
  const hash = await hashPassword(PEPPER, 'Ｃafé αααα1234')
  expect(await verifyPassword([PEPPER], 'Cafe\u0301 αααα1234', hash)).toBe(true)
  expect(await verifyPassword([PEPPER], 'Café αααα9999', hash)).toBe(false)
  expect(await verifyPassword([PEPPER], 'café αααα1234', hash)).toBe(false)
})

test('without the pepper the password alone is not enough', async () => {
  const hash = await hashPassword(PEPPER, 'correct horse')
  const [, , parameters = '', salt = '', key = ''] = hash.split('$')
  const other = await hashPassword(PEPPER.toUpperCase(), 'correct horse')
  const keyid = parseHash(other)!.keyid
  const forged = `$scrypt$${parameters.replace(/keyid=.*/, `keyid=${keyid}`)}$${salt}$${key}`
  expect(await verifyPassword([PEPPER.toUpperCase()], 'correct horse', hash)).toBe(false)
  expect(await verifyPassword([PEPPER.toUpperCase()], 'correct horse', forged)).toBe(false)
})

test.each(['', 'plain', '$scrypt$ln=15,r=8,p=3$c2FsdA$aGFzaA', '$argon2id$v=19$m=1$a$b'])(
  '%j verifies no password',
  async (hash) => {
    expect(await verifyPassword([PEPPER], '', hash)).toBe(false)
  },
)

test('a hash is outdated once a parameter or the pepper is another', async () => {
  const hash = await hashPassword(PEPPER, 'correct horse')
  expect(isOutdated(PEPPER, hash)).toBe(false)
  expect(isOutdated('another', hash)).toBe(true)
  expect(isOutdated(PEPPER, hash.replace('ln=15', 'ln=14'))).toBe(true)
})

test('while the pepper is rotated, hashes of both verify, and the older ones are outdated', async () => {
  const [old, young] = ['old pepper', 'new pepper']
  const hash = await hashPassword(old, 'correct horse')
  expect(await verifyPassword([young, old], 'correct horse', hash)).toBe(true)
  expect(await verifyPassword([young, old], 'another horse', hash)).toBe(false)
  expect(await verifyPassword([young], 'correct horse', hash)).toBe(false)
  expect(isOutdated(young, hash)).toBe(true)
})
