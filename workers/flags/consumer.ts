/** The queue `exposures`, as far as it brings counts of evaluations. */
import { withTenant } from '../../shared/database.ts'
import type { Rows } from '../../shared/tenant-rows.ts'
import { CountMessage } from './count-schemas.ts'
import { addCounts } from './count-store.ts'
import type { StoreContext } from './snapshot-store.ts'

export const FLAG_COUNTS: Rows<CountMessage, StoreContext> = {
  job: 'exposures',
  schema: CountMessage,
  tenantOf: ({ tenantId }) => tenantId,
  write: (ctx, messages) =>
    withTenant(ctx).batch((tx) => [tx.execute(addCounts(ctx.tenantId, messages))]),
  says: {
    foreign: 'a message that is no count was dropped',
    failed: 'counts of evaluations could not be added',
    dead: 'counts of evaluations are dead',
  },
}
