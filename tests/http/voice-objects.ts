/** The sessions' objects, of which none runs here; what they are asked is written down. */
export function createVoiceObjects() {
  const asked: string[] = []
  /** Names of those that run. */
  const live = new Set<string>()
  const getByName = (name: string) => ({
    async forget() {
      asked.push(`forget ${name}`)
    },
    async hangUp() {
      asked.push(`hangUp ${name}`)
      return live.delete(name)
    },
    async watch() {
      return live.has(name) ? 'ticket' : null
    },
    async fetch() {
      return new Response(null, { status: 404 })
    },
  })
  return { asked, live, getByName }
}
