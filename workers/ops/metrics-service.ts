/** What a scrape reads: all shards as they stand, and what is known on the spot. No database. */
import { timingSafeEqual, createHash } from 'node:crypto'
import { ProblemError } from '../../shared/errors.ts'
import { type Computed, type Reading, renderMetrics } from '../../shared/metrics-exposition.ts'
import { shardNames } from '../../shared/metrics-sender.ts'
import { keyOf } from '../../shared/metrics-series.ts'
import type { MetricsEnv } from '../../shared/metrics.ts'
import { findSecret } from '../../shared/secret.ts'
import { type VersionEnv, versionOf } from './version-service.ts'

export interface ScrapeEnv extends MetricsEnv, VersionEnv {
  readonly METRICS: { getByName(name: string): Shard }
}

type Shard = ReturnType<MetricsEnv['METRICS']['getByName']> & { read(): Promise<Reading> }

/**
 * The metrics as text.
 *
 * @throws ProblemError not_found where metrics are off; unauthenticated without the token, if there
 *   is one; dependency_down when a shard does not answer
 */
export async function scrape(
  env: ScrapeEnv,
  authorization: string | undefined,
  now: Date,
): Promise<string> {
  if (env.ENABLE_METRICS !== 'true') {
    throw new ProblemError('not_found', 'Metrics are off: ENABLE_METRICS is false.')
  }
  await checkToken(env, authorization)
  return renderMetrics(await readShards(env), computedOf(env, now))
}

async function readShards(env: ScrapeEnv): Promise<Reading[]> {
  try {
    return await Promise.all(shardNames(env).map((name) => env.METRICS.getByName(name).read()))
  } catch (cause) {
    const detail = 'The metrics cannot be read now. Try again shortly.'
    throw new ProblemError('dependency_down', detail, { cause, retryAfterSeconds: 5 })
  }
}

async function checkToken(env: ScrapeEnv, authorization = ''): Promise<void> {
  const wanted = await findSecret(env, 'METRICS_TOKEN')
  if (!wanted) return
  // Hashes, because only texts of one length can be compared in constant time.
  if (timingSafeEqual(digest(authorization), digest(`Bearer ${wanted.current}`))) return
  const detail = 'Send the deployment’s METRICS_TOKEN as Authorization: Bearer ….'
  throw new ProblemError('unauthenticated', detail)
}

const digest = (text: string) => createHash('sha256').update(text).digest()

function computedOf(env: ScrapeEnv, now: Date): Computed[] {
  const build = keyOf('voiceassist_build_info', { version: versionOf(env) })
  const deployedAt = Date.parse(env.CF_VERSION_METADATA.timestamp)
  const uptime = Number.isNaN(deployedAt) ? 0 : Math.max(0, now.getTime() - deployedAt) / 1000
  return [
    { key: build, value: 1 },
    { key: keyOf('voiceassist_system_uptime_seconds', {}), value: uptime },
  ]
}
