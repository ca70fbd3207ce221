/**
 * Which pages may change a session. The cookie is SameSite=Lax, which leaves pages on other ports
 * and subdomains of our site; browsers name the page in Origin, and programs have no cookie jar a
 * stranger could use.
 */

/** Whether the request comes from a page of ours, or from no page at all. */
export function isFromOwnPage(headers: Headers, ownOrigins: readonly string[]): boolean {
  const origin = headers.get('origin')
  if (origin !== null) return ownOrigins.includes(origin)
  const site = headers.get('sec-fetch-site')
  return site === null || site === 'same-origin' || site === 'none'
}
