/** Where a sign-in may lead back to: pages of the console, and nowhere else. Pure. */

const BASE = '/console'

/** Whether `path`, put after `/console`, stays below it; dots and backslashes included (WHATWG URL). */
export function isConsolePath(path: string): boolean {
  if (!/^\/(?![/\\])[^\s\\]*$/.test(path)) return false
  const origin = 'https://console.invalid'
  const url = new URL(`${BASE}${path}`, origin)
  return url.origin === origin && url.pathname.startsWith(`${BASE}/`)
}

/**
 * Address of a page of the console.
 *
 * @param path As `isConsolePath` allows it; anything else leads to the first page
 */
export const consoleUrl = (publicUrl: string, path: string): string =>
  `${publicUrl}${BASE}${isConsolePath(path) ? path : '/'}`
