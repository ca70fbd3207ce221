/** The stand-in and the real `openai` client for it, as the conformance tests share them. */
import OpenAI from 'openai'
import { type OpenAi, startOpenAi } from '../../local/openai/server.ts'

export interface Api {
  readonly server: OpenAi
  readonly client: OpenAI
}

export async function startApi(): Promise<Api> {
  const server = await startOpenAi({ apiKey: 'secret' })
  const client = new OpenAI({ apiKey: 'secret', baseURL: server.baseUrl, maxRetries: 0 })
  return { server, client }
}

/** A prompt of the kind the product sends. */
const PROMPT = `Answer from the sources only.
<source id="k7f2" title="Warranty of the X200" page="3">
# Warranty

The warranty of the X200 lasts two
years from the day of purchase. It covers "normal" use only.

- Batteries are covered for **six months**.
</source>
<source id="p9q1" title="Returns">
Goods may be returned within 30 days.
</source>
`

export const asking = (question: string) => [
  { role: 'user' as const, content: `${PROMPT}\nQuestion: ${question}` },
]

export async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of stream) items.push(item)
  return items
}
