/**
 * Which addresses of MCP servers may be called. Pure. A Worker cannot look a name up before it calls it, so the
 * deployment's own list of hosts is what counts; the rest keeps it from naming something private by mistake.
 */

const PRIVATE_NAME = /(^|\.)(localhost|local|internal|lan|home\.arpa)$/
/** A name has a dot and no digits alone at its end: `10.0.0.1`, `0x7f.1` and `2130706433` are addresses. */
const PUBLIC_NAME = /^([a-z0-9-]+\.)+[a-z][a-z0-9-]*$/

/**
 * @param hosts `MCP_HOSTS`: names as `mcp.example.com` and `*.example.com`, `*` for every public name; an origin
 *   as `http://127.0.0.1:9000` stands for itself, whatever it is.
 * @returns what is wrong with the address; undefined when it may be called
 */
export function faultOf(address: string, hosts: string): string | undefined {
  const url = URL.parse(address)
  if (!url) return 'must be a URL'
  if (url.username || url.password || url.hash) {
    return 'must have no user, no password and no fragment; secrets go into headers'
  }
  const entries = hosts.split(',').filter(Boolean)
  if (entries.includes(url.origin)) return undefined
  if (url.protocol !== 'https:') return 'must be https'
  const name = url.hostname.replace(/\.$/, '')
  if (PRIVATE_NAME.test(name) || !PUBLIC_NAME.test(name)) return 'must be the name of a public host'
  if (entries.some((entry) => isNamed(name, entry))) return undefined
  return 'is no host this deployment lets assistants call (MCP_HOSTS)'
}

function isNamed(name: string, entry: string): boolean {
  if (entry === '*') return true
  return entry.startsWith('*.') ? name.endsWith(entry.slice(1)) : name === entry
}
