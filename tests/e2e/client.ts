/** A person's or program's view of a running stack: signs in once, then speaks HTTP. */
import type { Stack } from '../../local/supervisor/stack.ts'
import type { Document, Job } from '../../workers/knowledge/schemas.ts'

export interface Event {
  event: string
  data: unknown
}

export async function signIn({ url, owner }: Pick<Stack, 'url' | 'owner'>) {
  const signedIn = await fetch(`${url}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(owner),
  })
  if (!signedIn.ok) throw new Error(`sign-in answered ${signedIn.status}`)
  const session = await signedIn.json<{ accessToken: string; tenant: { id: string } }>()
  const { accessToken, tenant } = session
  const authorization = `Bearer ${accessToken}`

  const send = (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) =>
    fetch(`${url}${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : (JSON.stringify(body) ?? null),
    })

  function upload(name: string, content: string | Uint8Array<ArrayBuffer>, type: string) {
    const body = new FormData()
    body.set('file', new File([content], name, { type }))
    const headers = { authorization }
    return fetch(`${url}/api/admin/kb/documents`, { method: 'POST', headers, body })
  }

  /** Follows the job's own events to their end. */
  async function finish(job: Job): Promise<Job> {
    const response = await send('GET', `/api/admin/kb/jobs/${job.id}/events`)
    const events = await readEvents(response)
    return events.at(-1)?.data as Job
  }

  async function index(name: string, content: string | Uint8Array<ArrayBuffer>, type: string) {
    const response = await upload(name, content, type)
    const { document, job } = await response.json<{ document: Document; job: Job }>()
    return { status: response.status, document, job: await finish(job) }
  }

  async function ask(question: string): Promise<Event[]> {
    const headers = { accept: 'text/event-stream' }
    return readEvents(await send('POST', '/api/ask', { question }, headers))
  }
  return { accessToken, tenantId: tenant.id, send, upload, finish, index, ask }
}

/** The events of a finished SSE response (WHATWG HTML, section 9.2). */
async function readEvents(response: Response): Promise<Event[]> {
  const text = await response.text()
  return text
    .split('\n\n')
    .filter((block) => block.includes('data:'))
    .map((block) => {
      const field = (name: string) =>
        block
          .split('\n')
          .filter((line) => line.startsWith(`${name}:`))
          .map((line) => line.slice(name.length + 1).trim())
          .join('\n')
      return { event: field('event'), data: JSON.parse(field('data')) as unknown }
    })
}
