/** The queue `exposures`, as far as it brings exposures and metric events: they become rows. */
import type { Rows } from '../../shared/tenant-rows.ts'
import { UnitMessage } from './schemas.ts'
import { insertUnits, type StoreContext } from './store.ts'

/** A unit's row is known by its key, so one that comes twice is written once. */
export const EXPOSURES: Rows<UnitMessage, StoreContext> = {
  job: 'exposures',
  schema: UnitMessage,
  tenantOf: ({ tenantId }) => tenantId,
  write: async (ctx, messages) => {
    const stored = await insertUnits(ctx, messages)
    if (stored > 0) ctx.metrics.inc('voiceassist_exposures_total', { outcome: 'stored' }, stored)
  },
  says: {
    foreign: 'a message that is no exposure was dropped',
    failed: 'exposures could not be written down',
    dead: 'exposures are dead',
  },
}
