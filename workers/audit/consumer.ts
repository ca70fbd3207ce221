/** The audit queue: entries of what changed nothing are appended to their tenants' chains. */
import type { Rows } from '../../shared/tenant-rows.ts'
import { AuditMessage } from './schemas.ts'
import { appendEntries, type StoreContext } from './store.ts'

export const AUDIT: Rows<AuditMessage, StoreContext> = {
  job: 'audit',
  schema: AuditMessage,
  tenantOf: ({ entry }) => entry.tenant,
  write: appendEntries,
  says: {
    foreign: 'a message that is no audit entry was dropped',
    failed: 'audit entries could not be appended',
    dead: 'an audit entry is dead',
  },
}
