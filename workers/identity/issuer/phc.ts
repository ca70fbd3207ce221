/**
 * Password hashes as text: `$scrypt$ln=15,r=8,p=3,keyid=…$salt$hash`, base64 without padding
 * (PHC string format, https://github.com/P-H-C/phc-string-format). Reading and writing only.
 */

export interface Parameters {
  /** Base-2 logarithm of scrypt's cost N. */
  ln: number
  r: number
  p: number
  /** Which pepper went into the hash; no part of the pepper can be told from it. */
  keyid: string
}

export interface PasswordHash extends Parameters {
  salt: Uint8Array
  hash: Uint8Array
}

const PATTERN =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2}),keyid=([\w+/-]+)\$([\w+/]+)\$([\w+/]+)$/

export function formatHash({ ln, r, p, keyid, salt, hash }: PasswordHash): string {
  return `$scrypt$ln=${ln},r=${r},p=${p},keyid=${keyid}$${encode(salt)}$${encode(hash)}`
}

/** Undefined when `text` is no hash of ours. */
export function parseHash(text: string): PasswordHash | undefined {
  const match = PATTERN.exec(text)
  if (!match) return undefined
  const [, ln, r, p, keyid = '', salt = '', hash = ''] = match
  const numbers = { ln: Number(ln), r: Number(r), p: Number(p) }
  return { ...numbers, keyid, salt: decode(salt), hash: decode(hash) }
}

const encode = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes)).replaceAll('=', '')

const decode = (text: string) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
