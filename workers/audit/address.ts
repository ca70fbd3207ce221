/** Network addresses as far as an entry may keep them. */

/**
 * The network an address belongs to: the first 24 bits of an IPv4 address, the first 64 of an
 * IPv6 one, in CIDR form. Undefined for what is no address.
 */
export function networkOf(address: string): string | undefined {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  const v4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.\d{1,3}$/.exec(mapped ?? address)
  if (v4) return `${v4.slice(1, 4).join('.')}.0/24`
  const groups = groupsOf(address)
  return groups && `${groups.slice(0, 4).join(':')}::/64`
}

/** The eight groups of an IPv6 address, without leading zeros (RFC 4291, section 2.2). */
function groupsOf(address: string): string[] | undefined {
  const [left = '', right, more] = address.toLowerCase().split('::')
  if (more !== undefined) return undefined
  const head = partsOf(left)
  const tail = partsOf(right ?? '')
  const missing = 8 - head.length - tail.length
  if (right === undefined ? missing !== 0 : missing < 1) return undefined
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...tail]
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return undefined
  return groups.map((group) => group.replace(/^0+(?=.)/, ''))
}

const partsOf = (text: string) => (text === '' ? [] : text.split(':'))
