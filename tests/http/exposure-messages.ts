/** Exposures as the queue brings them, and what became of them in the database. */
import { connect } from '../../operations/database/connection.ts'
import type { TestApp } from './harness.ts'

/** What the owner of the tables sees of acme. */
export async function rowsOf(app: TestApp, text: string) {
  const owner = connect(app.database.owner)
  const [, rows] = await owner.transaction([
    owner.query(`select set_config('app.tenant_id', 'acme', true)`),
    owner.query(text),
  ])
  return rows as Record<string, unknown>[]
}

export const exposureOf = (unit: string, fields: object = {}) => ({
  experiment: 'made',
  phase: 0,
  unit,
  variant: 'short',
  time: '2026-11-20T12:00:00Z',
  ...fields,
})
export const messageOf = (exposures: object[]) => ({
  type: 'exposures',
  tenantId: 'acme',
  environment: 'production',
  exposures,
})
