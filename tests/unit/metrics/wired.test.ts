/** Every metric is counted somewhere, and of those the product shall have, which wait for their feature. */
import { glob, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { CATALOGUE } from '../../../shared/metrics-catalogue.ts'

/** Names of the product's catalogue that are not counted yet, by what they wait for. */
const WAITING = {
  'telephone calls': [
    'voiceassist_calls_total',
    'voiceassist_calls_active',
    'voiceassist_call_duration_seconds',
    'voiceassist_call_turns',
    'voiceassist_recordings_total',
    'voiceassist_twilio_webhooks_total',
  ],
  'search that gives up in time': ['voiceassist_vector_search_timeouts_total'],
  'a store that tells its memory': ['voiceassist_redis_memory_bytes'],
  'records of health': ['voiceassist_phi_access_total'],
  Nextcloud: [
    'voiceassist_nextcloud_files_synced_total',
    'voiceassist_nextcloud_calendar_events_total',
    'voiceassist_nextcloud_sync_errors_total',
  ],
  'objectives and alerts': [
    'voiceassist_slo_objective_ratio',
    'voiceassist_slo_events_total',
    'voiceassist_slo_error_budget_remaining_ratio',
    'voiceassist_slo_burn_rate',
    'voiceassist_alerts_sent_total',
    'voiceassist_incidents_open',
  ],
  backups: [
    'voiceassist_backup_last_success_timestamp_seconds',
    'voiceassist_restore_drill_last_success_timestamp_seconds',
  ],
}

const names = Object.keys(CATALOGUE)

test('code of a Worker counts every metric of the catalogue', async () => {
  let code = ''
  for await (const path of glob('{workers,shared,durable-objects}/**/*.ts')) {
    if (!/shared\/metrics-(catalogue|stores|rum)\.ts$/.test(path))
      code += await readFile(path, 'utf8')
  }
  expect(names.filter((name) => !code.includes(`'${name}'`))).toEqual([])
})

test('a metric that is counted waits for nothing any more', () => {
  expect(
    Object.values(WAITING)
      .flat()
      .filter((name) => names.includes(name)),
  ).toEqual([])
})
