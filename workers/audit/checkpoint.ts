/**
 * Checkpoints: the identity Worker's signature under where a chain stood, kept where the database's
 * administrators cannot reach. Compact JWS (RFC 7515) with Ed25519 and a `typ` of its own, so that no
 * other signature of ours can pass for one. Checked with WebCrypto, in browsers too.
 */
import type { Fault, Link } from './chain.ts'

/** RFC 7515, section 4.1.9. */
export const CHECKPOINT_TYP = 'va-audit-checkpoint+jws'

export interface Checkpoint extends Link {
  tenant: string
  /** When it was signed. */
  at: string
}

/** A public key as a JWK (RFC 8037). */
export interface CheckpointKey {
  kid: string
  kty: 'OKP'
  crv: 'Ed25519'
  x: string
}

/**
 * What the checkpoints fix, by `seq`; or the first of them that is not genuine, for such a one was
 * put there by somebody.
 */
export async function anchorsOf(
  tenantId: string,
  signed: readonly string[],
  keys: readonly CheckpointKey[],
): Promise<Map<number, string> | Fault> {
  const anchors = new Map<number, string>()
  for (const jws of signed) {
    const checkpoint = await openCheckpoint(jws, keys)
    if (checkpoint?.tenant !== tenantId) {
      const detail = 'A checkpoint is not signed by a known key for this tenant.'
      return { kind: 'checkpoint_forged', seq: checkpoint?.seq ?? 0, detail }
    }
    const known = anchors.get(checkpoint.seq) ?? checkpoint.hash
    if (known !== checkpoint.hash) {
      const detail = 'Two genuine checkpoints contradict each other: the log was written anew.'
      return { kind: 'checkpoint_mismatch', seq: checkpoint.seq, detail }
    }
    anchors.set(checkpoint.seq, checkpoint.hash)
  }
  return anchors
}

/** What a checkpoint says, if one of the keys signed it as a checkpoint. */
export async function openCheckpoint(
  jws: string,
  keys: readonly CheckpointKey[],
): Promise<Checkpoint | undefined> {
  const [head = '', body = '', signature = '', more] = jws.split('.')
  const header = parse(head)
  const jwk = keys.find(({ kid }) => kid === header?.['kid'])
  if (more !== undefined || !jwk || header?.['typ'] !== CHECKPOINT_TYP) return undefined
  if (header['alg'] !== 'EdDSA') return undefined
  const { kty, crv, x } = jwk
  const key = await crypto.subtle.importKey('jwk', { kty, crv, x }, 'Ed25519', false, ['verify'])
  const signed = new TextEncoder().encode(`${head}.${body}`)
  const bytes = decode(signature)
  if (!bytes || !(await crypto.subtle.verify('Ed25519', key, bytes, signed))) return undefined
  return checkpointOf(parse(body))
}

function checkpointOf(claims: Record<string, unknown> | undefined): Checkpoint | undefined {
  const { tenant, seq, hash, at } = claims ?? {}
  if (typeof tenant !== 'string' || typeof seq !== 'number') return undefined
  if (typeof hash !== 'string' || typeof at !== 'string') return undefined
  return { tenant, seq, hash, at }
}

function parse(part: string): Record<string, unknown> | undefined {
  const bytes = decode(part)
  if (!bytes) return undefined
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

function decode(part: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]+$/.test(part)) return undefined
  try {
    const text = atob(part.replaceAll('-', '+').replaceAll('_', '/'))
    return Uint8Array.from(text, (char) => char.charCodeAt(0))
  } catch {
    return undefined
  }
}
