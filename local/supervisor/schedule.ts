/** Fires the edge's cron trigger every minute, which local development does not do by itself. */

const MINUTE_MS = 60_000

/**
 * The first time at once: work a killed process left behind is picked up right after the start.
 *
 * @returns a function that ends it
 */
export function startSchedule(url: string, report: (line: string) => void): () => void {
  const stopping = new AbortController()
  let wasDown = false
  const fire = async () => {
    const { signal } = stopping
    const outcome = await fetch(`${url}/cdn-cgi/local/scheduled?cron=*+*+*+*+*`, { signal }).then(
      (response) => (response.ok ? '' : `answered ${response.status}`),
      () => 'could not be reached',
    )
    // Once per outage, not once per minute.
    if (outcome && !wasDown && !signal.aborted)
      report(`The scheduled jobs did not run: the edge ${outcome}.`)
    wasDown = outcome !== ''
  }
  void fire()
  const timer = setInterval(() => void fire(), MINUTE_MS)
  return () => {
    clearInterval(timer)
    stopping.abort()
  }
}
