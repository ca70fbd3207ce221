/**
 * Real R2 (Miniflare's) that the test files of one process use one after another: to empty its buckets
 * takes a fraction of what starting a Miniflare does.
 */
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'

type Bucket = Awaited<ReturnType<Miniflare['getR2Bucket']>>

interface Buckets {
  files: Bucket
  audit: Bucket
}

const idle: Buckets[] = []

/** Two empty buckets; `close` gives them back. Miniflare ends with the process. */
export async function takeBuckets(): Promise<Buckets & { close: () => Promise<void> }> {
  const buckets = idle.pop() ?? (await start())
  async function close() {
    await empty(buckets.files)
    await empty(buckets.audit)
    idle.push(buckets)
  }
  return { ...buckets, close }
}

async function start(): Promise<Buckets> {
  const script = 'export default { fetch: () => new Response() }'
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({ modules: true, script, r2Buckets: ['FILES', 'AUDIT'] }),
  )
  return {
    files: await miniflare.getR2Bucket('FILES'),
    audit: await miniflare.getR2Bucket('AUDIT'),
  }
}

/** A thousand at a time, as R2 lists and deletes them. */
async function empty(bucket: Bucket): Promise<void> {
  const { objects, truncated } = await bucket.list()
  if (objects.length > 0) await bucket.delete(objects.map(({ key }) => key))
  if (truncated) await empty(bucket)
}
