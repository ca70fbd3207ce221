/**
 * What each role may do in its tenant. A role holds what the roles before it hold, and its own.
 * Changing a grant takes effect with the next deployment of the edge; tokens name the role only.
 */

/** Weakest first. */
const GRANTS = [
  ['viewer', ['flag.read', 'flag.evaluate', 'kb.read']],
  ['user', ['rag.query', 'voice.start']],
  ['editor', ['kb.write', 'kb.delete']],
  [
    'admin',
    [
      'flag.write',
      'member.read',
      'member.manage',
      'role.manage',
      'key.manage',
      'audit.read',
      'audit.export',
      'tenant.update',
      'usage.read',
      'budget.manage',
      'reservation.read',
      'reservation.manage',
      'assistant.manage',
      'conversation.read',
      'voice.supervise',
    ],
  ],
  ['owner', ['tenant.delete', 'phi.read', 'voice.recording']],
] as const

export type Role = (typeof GRANTS)[number][0]
export type Granted = (typeof GRANTS)[number][1][number]

export const ROLES = ['viewer', 'user', 'editor', 'admin', 'owner'] as const satisfies Role[]

const NOTHING: ReadonlySet<Granted> = new Set()
const PERMISSIONS_OF: ReadonlyMap<string, ReadonlySet<Granted>> = cumulate()

/** Always the same set for a role; a role we do not know may do nothing. */
export function permissionsOf(role: string): ReadonlySet<Granted> {
  return PERMISSIONS_OF.get(role) ?? NOTHING
}

function cumulate() {
  const held: Granted[] = []
  return new Map(
    GRANTS.map(([role, own]) => {
      held.push(...own)
      return [role, new Set(held)] as const
    }),
  )
}
