/** The usage queue: calls of providers become rows of the ledger. */
import type { Rows } from '../../shared/tenant-rows.ts'
import { UsageMessage } from './schemas.ts'
import { insertCalls, type StoreContext } from './store.ts'

/** A call carries its id, so one that comes twice is charged once. */
export const USAGE: Rows<UsageMessage, StoreContext> = {
  job: 'usage',
  schema: UsageMessage,
  tenantOf: ({ tenantId }) => tenantId,
  write: insertCalls,
  says: {
    foreign: 'a message that is no usage was dropped',
    failed: 'usage could not be written down',
    dead: 'a row of the usage ledger is dead',
  },
}
