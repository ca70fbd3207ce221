/** A built-in role in the reader's words; a tenant's own role by the name it was given. */
import type { Messages } from '../messages/en.ts'

export function roleNameOf(role: string, { account }: Messages): string {
  const names: Readonly<Record<string, string>> = account.roles
  return names[role] ?? role
}
