/**
 * Where a request comes from, as far as limits care. The only witness is the header that
 * Cloudflare itself sets and no client can; X-Forwarded-For is anybody's claim.
 */

/**
 * An IPv4 address as it is, an IPv6 address as its /64, which is what one customer gets (RFC 6177):
 * counted singly, one machine would have 2^64 of them. Undefined when there is no address.
 */
export function addressOf(headers: Headers): string | undefined {
  const text = headers.get('cf-connecting-ip')?.trim().toLowerCase()
  if (!text?.includes(':')) return text || undefined
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(text)?.[1]
  return mapped ?? `${firstHalf(text)}::/64`
}

/** The four leading groups, without leading zeros, so that every spelling gives the same text. */
function firstHalf(text: string): string {
  const [before = '', after] = text.split('::')
  const head = groupsOf(before)
  const tail = groupsOf(after ?? '')
  const missing = after === undefined ? 0 : Math.max(0, 8 - head.length - tail.length)
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...tail]
  return groups.slice(0, 4).join(':')
}

/** An embedded IPv4 address at the end stands for two groups; none of the first four. */
const groupsOf = (text: string) =>
  text
    .split(':')
    .filter((group) => group !== '')
    .flatMap((group) => (group.includes('.') ? ['0', '0'] : [group.replace(/^0+(?=.)/, '')]))
