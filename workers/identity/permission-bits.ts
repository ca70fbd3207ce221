/**
 * Permissions as a set of bits in base64url, for tokens: bit n is the n-th name of a catalogue that
 * only ever grows, so a token means the same after every deployment.
 */

/** Names that are not in the catalogue have no bit. */
export function encodeBits(held: ReadonlySet<string>, catalogue: readonly string[]): string {
  const bytes = new Uint8Array(Math.ceil(catalogue.length / 8))
  for (const [bit, name] of catalogue.entries()) {
    if (held.has(name)) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (1 << (bit & 7))
  }
  const text = btoa(String.fromCharCode(...bytes))
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** Bits beyond the catalogue mean nothing, and a text that is no base64url grants nothing. */
export function decodeBits<Name extends string>(
  text: string,
  catalogue: readonly Name[],
): ReadonlySet<Name> {
  const bytes = bytesOf(text)
  return new Set(catalogue.filter((_, bit) => ((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1))
}

function bytesOf(text: string): Uint8Array {
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1) return new Uint8Array()
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (char) => char.charCodeAt(0))
}
