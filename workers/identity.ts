/** The identity Worker: the only file wrangler.identity.toml names. The edge calls it, nobody else. */
export { Identity } from './identity-worker/entrypoint.ts'
/** Here, for every Worker that counts or spends is deployed after this one. */
export { Budget } from '../durable-objects/budget.ts'
export { MetricsShard } from '../durable-objects/metrics-shard.ts'

/** It handles nothing; `wrangler dev` does not start a Worker with Durable Objects without one. */
export default {} satisfies ExportedHandler<IdentityEnv>
