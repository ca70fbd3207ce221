/** What the tests of functions beside our tools ask, and how they read what came of it. */
export const MODEL = 'va-assistant'
/** Words that make the offline model call a tool of ours, and a function of the caller's. */
export const OURS = 'call calculate {"expression": "6 * 7"}'
export const THEIRS = 'call get_weather {"city": "Oslo"}'

interface Proof {
  va: {
    session_id: string
    tool_calls: { id: string; tool_name: string; status: string }[]
    cost: { micro_dollars: number }
    citations: object[]
  }
}
export const proofOf = (made: object) => (made as Proof).va

export const weather = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    description: 'The weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
  },
}
export const user = (content: string) => ({ role: 'user' as const, content })
