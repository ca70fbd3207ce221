/** Sums as the pipeline of exposures and events leaves them. */
import type { Sql } from '../../operations/database/connection.ts'

/** As the pipeline leaves it: units of each variant, of whom so many did what is measured. */
export async function countUnits(
  sql: Sql,
  { tenant, key }: { tenant: string; key: string },
  units: Record<string, number>,
  did: Record<string, Record<string, number>>,
) {
  const at = new Date().toISOString()
  const values = Object.entries(units)
  await sql.transaction([
    sql.query(`select set_config('app.tenant_id', $1, true)`, [tenant]),
    sql.query('delete from experiment_exposures where experiment = $1', [key]),
    sql.query('delete from experiment_moments where experiment = $1', [key]),
    ...values.map(([variant, n]) =>
      sql.query(
        `insert into experiment_exposures select $5, 'production', $1, 1, $2 || i, $2, $3::timestamptz, i <= 2
         from generate_series(1, $4::int) i`,
        [key, variant, at, n, tenant],
      ),
    ),
    ...Object.entries(did).flatMap(([metric, byVariant]) =>
      Object.entries(byVariant).map(([variant, y]) =>
        sql.query(
          `insert into experiment_moments values
           ($7, 'production', $1, 1, $2, $3, $4::date, $5, $6, $6, 0, 0, 0, 'proportion')`,
          [key, metric, variant, at.slice(0, 10), (units[variant] ?? 0) - 2, y, tenant],
        ),
      ),
    ),
    sql.query(
      `insert into experiment_refreshes values ($3, 'production', $1, 1, $2, $2)
       on conflict (tenant_id, environment, experiment, phase) do update set refreshed_at = $2`,
      [key, at, tenant],
    ),
  ])
}
