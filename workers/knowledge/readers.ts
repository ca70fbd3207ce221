/**
 * Who may read a document: nobody but those its labels name, or everybody in the tenant when it has
 * none. Labels are texts, `role:editor`, `group:<team>`, `user:<id>`: exact, and without a table of
 * numbers that a lookup would have to pass through. Which labels somebody has is reach-store.ts.
 */

export interface Reader {
  /** The labels this reader has, as far as documents name them. */
  labels: readonly string[]
  /** Whether documents with health data are seen too. */
  seesPhi: boolean
}

/** Sees what is for everybody. */
export const EVERYBODY: Reader = { labels: [], seesPhi: false }

/** A document as far as it matters who reads it. */
export interface Guarded {
  /** Null: everybody. */
  acl: readonly string[] | null
  phi: boolean
}

/** The same that every search filters by in SQL. */
export const mayRead = ({ labels, seesPhi }: Reader, { acl, phi }: Guarded): boolean =>
  (acl === null || acl.some((label) => labels.includes(label))) && (seesPhi || !phi)

export interface Named {
  roles: string[]
  groups: string[]
  users: string[]
}

const KINDS = { roles: 'role:', groups: 'group:', users: 'user:' } as const

/** Labels as they are stored, in one order. */
export function aclOf({ roles, groups, users }: Named): string[] {
  const all = [
    ...roles.map((name) => KINDS.roles + name),
    ...groups.map((id) => KINDS.groups + id),
    ...users.map((id) => KINDS.users + id),
  ]
  return [...new Set(all)].toSorted()
}

export function namedIn(acl: readonly string[] | null): Named | null {
  if (acl === null) return null
  const of = (kind: string) =>
    acl.filter((label) => label.startsWith(kind)).map((label) => label.slice(kind.length))
  return { roles: of(KINDS.roles), groups: of(KINDS.groups), users: of(KINDS.users) }
}
