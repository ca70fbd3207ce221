/** Identifiers of stored things. Made in code, because Neon on Postgres 17 has no uuidv7(). */

/**
 * A UUID version 7 (RFC 9562, section 5.7): sorts by time, so inserts stay at the index's end and
 * `order by id` is `order by creation`.
 */
export function newId(now: Date): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const view = new DataView(bytes.buffer)
  view.setUint16(0, Math.floor(now.getTime() / 2 ** 32))
  view.setUint32(2, now.getTime() >>> 0)
  bytes[6] = (view.getUint8(6) & 0x0f) | 0x70
  bytes[8] = (view.getUint8(8) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
