/** A tab from before a deploy asks for chunks that are gone: load the page again, but only once. */

const STORED = 'reloaded-at'
/** A second failure this soon is not a deploy; reloading again would only spin. */
const GUARD_MS = 30_000

export function reloadWhenStale(): void {
  addEventListener('vite:preloadError', (event) => {
    const last = Number(sessionStorage.getItem(STORED))
    if (Date.now() - last < GUARD_MS) return
    event.preventDefault()
    sessionStorage.setItem(STORED, String(Date.now()))
    location.reload()
  })
}
