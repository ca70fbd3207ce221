import { expect, test } from 'vitest'
import { PERMISSIONS } from '../../../shared/context.ts'
import { permissionsOf, ROLES } from '../../../workers/identity/roles.ts'

test('every role holds what the roles before it hold', () => {
  const sets = ROLES.map(permissionsOf)
  for (const [n, set] of sets.entries()) {
    expect(set.isSupersetOf(sets[n - 1] ?? new Set())).toBe(true)
  }
})

test('an owner holds every permission there is but the platform’s own', () => {
  expect([...permissionsOf('owner')].toSorted()).toEqual(
    PERMISSIONS.filter((name) => name !== 'admin.platform').toSorted(),
  )
})

/** Reviewed by hand: a change here is a change of who may do what. */
test.each([
  ['viewer', ['flag.evaluate', 'flag.read', 'kb.read']],
  ['user', ['flag.evaluate', 'flag.read', 'kb.read', 'rag.query', 'voice.start']],
  [
    'editor',
    ['flag.evaluate', 'flag.read', 'kb.delete', 'kb.read', 'kb.write', 'rag.query', 'voice.start'],
  ],
])('a %s may %j', (role, permissions) => {
  expect([...permissionsOf(role)].toSorted()).toEqual(permissions)
})

test.each(['', 'root', 'Owner', 'constructor', '__proto__'])(
  'the role %j may do nothing',
  (role) => {
    expect(permissionsOf(role).size).toBe(0)
  },
)
