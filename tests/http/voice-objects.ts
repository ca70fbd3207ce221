/** The sessions' objects, of which none runs here; what they are asked is written down. */
export function createVoiceObjects() {
  const asked: string[] = []
  const getByName = (name: string) => ({
    async forget() {
      asked.push(`forget ${name}`)
    },
    async hangUp() {
      asked.push(`hangUp ${name}`)
      return false
    },
    async exists() {
      return false
    },
    async fetch() {
      return new Response(null, { status: 404 })
    },
  })
  return { asked, getByName }
}
