/**
 * Where checkpoints are made and kept: signed by the identity Worker, stored in a bucket of their own,
 * whose retention lock outlives any mistake of ours (docs/features/audit.md).
 */
import type { WithEnv } from '../../shared/context.ts'
import { ProblemError } from '../../shared/errors.ts'
import type { Link } from './chain.ts'
import type { CheckpointKey } from './checkpoint.ts'

export interface KeysEnv {
  readonly IDENTITY: { auditKeys(): Promise<CheckpointKey[]> }
}

export interface SigningEnv {
  readonly IDENTITY: { signCheckpoint(chain: Link & { tenantId: string }): Promise<string> }
}

export interface BucketEnv {
  readonly AUDIT: Pick<R2Bucket, 'put' | 'list'>
}

const prefixOf = (tenantId: string) => `${tenantId}/checkpoints/`

/** Sorts as numbers do: seq has at most 16 digits. */
const nameOf = (seq: number) => `${String(seq).padStart(16, '0')}.jws`

/** Never replaces one: what is there was signed before, for the same place. */
export async function storeCheckpoint(
  { env, tenantId }: WithEnv<BucketEnv>,
  seq: number,
  jws: string,
): Promise<void> {
  await env.AUDIT.put(prefixOf(tenantId) + nameOf(seq), jws, {
    onlyIf: { etagDoesNotMatch: '*' },
    httpMetadata: { contentType: 'application/jose' },
    // The list carries it, so reading a thousand takes one call and not a thousand.
    customMetadata: { jws },
  })
}

/** Checkpoints of entries from `from` through `through`, oldest first. */
export async function listCheckpoints(
  { env, tenantId }: WithEnv<BucketEnv>,
  from: number,
  through: number,
): Promise<string[]> {
  const prefix = prefixOf(tenantId)
  const end = prefix + nameOf(through)
  const found: string[] = []
  let position: { startAfter: string } | { cursor: string } | undefined = {
    startAfter: prefix + nameOf(Math.max(0, from - 1)),
  }
  while (position) {
    const page: R2Objects = await env.AUDIT.list({
      prefix,
      include: ['customMetadata'],
      ...position,
    })
    const wanted = page.objects.filter(({ key }) => key <= end)
    found.push(...wanted.flatMap(({ customMetadata }) => customMetadata?.['jws'] ?? []))
    const isOver = !page.truncated || wanted.length < page.objects.length
    position = isOver ? undefined : { cursor: page.cursor }
  }
  return found
}

/** @throws ProblemError dependency_down when the identity Worker does not answer */
export async function checkpointKeys({ IDENTITY }: KeysEnv): Promise<CheckpointKey[]> {
  try {
    const keys = await IDENTITY.auditKeys()
    return keys.map(({ kid, kty, crv, x }) => ({ kid, kty, crv, x }))
  } catch (cause) {
    const detail = 'The keys of checkpoints cannot be read now. Try again shortly.'
    throw new ProblemError('dependency_down', detail, { cause, retryAfterSeconds: 5 })
  }
}
