/** Recordings in R2: one object per segment, and a manifest. Every key begins with the tenant. */
import type { WithEnv } from '../../shared/context.ts'
import {
  type ByteRange,
  folderOf,
  headerOf,
  Manifest,
  manifestKey,
  type Piece,
  piecesOf,
  segmentKey,
  soundBytesOf,
} from './recording-file.ts'
import { type Segment, SILENCE } from './recording.ts'

export interface RecordingEnv {
  readonly FILES: Pick<R2Bucket, 'get' | 'put' | 'delete' | 'list'>
}
export type RecordingContext = WithEnv<RecordingEnv>

export async function putSegment(
  { env, tenantId }: RecordingContext,
  sessionId: string,
  { index, bytes }: Segment,
): Promise<void> {
  const key = segmentKey(folderOf(tenantId, sessionId), index)
  await env.FILES.put(key, bytes, { httpMetadata: { contentType: 'audio/basic' } })
}

export async function putManifest(
  { env, tenantId }: RecordingContext,
  manifest: Manifest,
): Promise<void> {
  const key = manifestKey(folderOf(tenantId, manifest.sessionId))
  const httpMetadata = { contentType: 'application/json' }
  await env.FILES.put(key, JSON.stringify(manifest), { httpMetadata })
}

/** Undefined where nothing was recorded, or it was deleted. */
export async function readManifest(
  { env, tenantId }: RecordingContext,
  sessionId: string,
): Promise<Manifest | undefined> {
  const object = await env.FILES.get(manifestKey(folderOf(tenantId, sessionId)))
  return object ? Manifest.parse(await object.json()) : undefined
}

/** The bytes of a range of the WAV file, a segment at a time. */
export function readWav(
  ctx: RecordingContext,
  manifest: Manifest,
  range: ByteRange,
): ReadableStream<Uint8Array> {
  const pieces = piecesOf(manifest, range).values()
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = pieces.next()
      if (done) return controller.close()
      controller.enqueue(await bytesOf(ctx, manifest, value))
    },
  })
}

async function bytesOf({ env, tenantId }: RecordingContext, manifest: Manifest, piece: Piece) {
  const { length } = piece
  if (piece.from === 'header') {
    const header = headerOf(soundBytesOf(manifest))
    return header.subarray(piece.offset, piece.offset + length)
  }
  const silence = new Uint8Array(length).fill(SILENCE)
  if (piece.from === 'silence') return silence
  const key = segmentKey(folderOf(tenantId, manifest.sessionId), piece.index)
  const object = await env.FILES.get(key, { range: { offset: piece.offset, length } })
  // Deleted while it was read: the length was promised, so silence takes its place.
  return object ? new Uint8Array(await object.arrayBuffer()) : silence
}

/** Objects that one list gives; a session has at most 121. */
export async function eraseRecording(
  { env, tenantId }: RecordingContext,
  sessionId: string,
): Promise<void> {
  const { objects } = await env.FILES.list({ prefix: folderOf(tenantId, sessionId) })
  if (objects.length > 0) await env.FILES.delete(objects.map(({ key }) => key))
}
