import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { PERMISSIONS } from '../../../shared/context.ts'
import { decodeBits, encodeBits } from '../../../workers/identity/permission-bits.ts'

const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { maxLength: 70 })
const catalogueAndSome = names.chain((catalogue) =>
  fc.tuple(fc.constant(catalogue), fc.subarray(catalogue)),
)

test('what is encoded is decoded, in the order of the catalogue', () => {
  fc.assert(
    fc.property(catalogueAndSome, ([catalogue, held]) => {
      const text = encodeBits(new Set(held), catalogue)
      expect(text).toMatch(/^[\w-]*$/)
      expect([...decodeBits(text, catalogue)]).toEqual(
        catalogue.filter((name) => held.includes(name)),
      )
    }),
  )
})

test('a catalogue that has grown since reads the same, and one that has not ignores the rest', () => {
  fc.assert(
    fc.property(catalogueAndSome, fc.nat(70), ([catalogue, held], size) => {
      const older = catalogue.slice(0, size)
      const text = encodeBits(new Set(held), catalogue)
      expect([...decodeBits(text, older)]).toEqual(older.filter((name) => held.includes(name)))
      const early = encodeBits(new Set(held), older)
      expect([...decodeBits(early, catalogue)]).toEqual(older.filter((n) => held.includes(n)))
    }),
  )
})

test('names that are not in the catalogue have no bit', () => {
  expect(encodeBits(new Set(['flag.read', 'no.such']), PERMISSIONS)).toBe(
    encodeBits(new Set(['flag.read']), PERMISSIONS),
  )
})

test.each(['!', '=', 'A', 'AAAAA', 'A A', 'ÿ'])(
  '%j is no set of bits and grants nothing',
  (text) => {
    expect([...decodeBits(text, PERMISSIONS)]).toEqual([])
  },
)

/** Reviewed by hand: tokens and stored roles mean these numbers for ever. */
test('every permission keeps its number', () => {
  expect(Object.fromEntries(PERMISSIONS.map((name, bit) => [name, bit]))).toMatchObject({
    'flag.read': 0,
    'flag.write': 1,
    'flag.evaluate': 2,
    'kb.read': 3,
    'kb.write': 4,
    'kb.delete': 5,
    'rag.query': 6,
    'voice.start': 7,
    'member.read': 8,
    'member.manage': 9,
    'role.manage': 10,
    'key.manage': 11,
    'audit.read': 12,
    'audit.export': 13,
    'tenant.update': 14,
    'tenant.delete': 15,
    'phi.read': 16,
    'admin.platform': 17,
  })
})
