/**
 * What the supervisor asks of the platform, over the public API like anybody else: the first
 * owner, the first documents, health. Only the fields it needs are read.
 */
import { z } from 'zod'

const Problem = z.object({ title: z.string(), detail: z.string().optional(), code: z.string() })
const Session = z.object({ accessToken: z.string(), tenant: z.object({ id: z.string() }) })
const Document = z.object({ id: z.string(), status: z.string() })
const Uploaded = z.object({ document: Document })
const Documents = z.object({ items: z.array(Document), nextCursor: z.string().nullable() })

type Document = z.infer<typeof Document>

export interface Owner {
  readonly email: string
  readonly password: string
}

/** An answer that is not what was asked for. */
class ApiError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/**
 * Makes the first owner; without effect when there is one.
 *
 * @throws ApiError
 */
export async function createOwner(url: string, setupToken: string, owner: Owner): Promise<void> {
  const body = { ...owner, name: 'Owner', organization: 'VoiceAssist' }
  const response = await fetch(`${url}/api/auth/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${setupToken}` },
    body: JSON.stringify(body),
  })
  if (!response.ok && response.status !== 409) throw await apiError(response)
  await response.body?.cancel()
}

/** The knowledge base as its owner sees it. */
export interface KnowledgeBase {
  readonly tenantId: string
  upload(name: string, content: Uint8Array<ArrayBuffer>): Promise<Document>
  list(): Promise<Document[]>
  /** Without effect when it is gone already. */
  remove(documentId: string): Promise<void>
}

/** Signs in, and again whenever the access token has expired. @throws ApiError */
export async function openKnowledgeBase(url: string, owner: Owner): Promise<KnowledgeBase> {
  let session = await signIn(url, owner)
  const send: Send = async (path, init) => {
    try {
      return await request(`${url}${DOCUMENTS}${path}`, withToken(init, session))
    } catch (error) {
      if (!isStatus(error, 401)) throw error
      session = await signIn(url, owner)
      return request(`${url}${DOCUMENTS}${path}`, withToken(init, session))
    }
  }
  return {
    tenantId: session.tenant.id,
    async upload(name, content) {
      const body = new FormData()
      body.append('file', new File([content], name, { type: 'text/markdown' }))
      const response = await send('', { method: 'POST', body })
      return Uploaded.parse(await response.json()).document
    },
    list: () => listAll(send),
    async remove(documentId) {
      await send(`/${documentId}`, { method: 'DELETE' }).catch((error: unknown) => {
        if (!isStatus(error, 404)) throw error
      })
    },
  }
}

type Session = z.infer<typeof Session>
type Send = (path: string, init: { method?: string; body?: FormData }) => Promise<Response>

const DOCUMENTS = '/api/admin/kb/documents'

async function listAll(send: Send): Promise<Document[]> {
  const items: Document[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const response = await send(`?limit=100${cursor && `&cursor=${cursor}`}`, {})
    const page = Documents.parse(await response.json())
    items.push(...page.items)
    cursor = page.nextCursor
  }
  return items
}

function withToken(init: RequestInit, { accessToken }: Session): RequestInit {
  return { ...init, headers: { authorization: `Bearer ${accessToken}` } }
}

function isStatus(error: unknown, status: number): boolean {
  return error instanceof ApiError && error.status === status
}

async function signIn(url: string, owner: Owner): Promise<Session> {
  const response = await request(`${url}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify(owner),
  })
  return Session.parse(await response.json())
}

/** Waits as long as a 429 says, twice at most. */
async function request(url: string, init: RequestInit): Promise<Response> {
  for (let attempt = 0; ; attempt += 1) {
    const response = await fetch(url, init)
    if (response.ok) return response
    const waitS = Number(response.headers.get('retry-after') ?? 1)
    if (response.status !== 429 || attempt === 2) throw await apiError(response)
    await response.body?.cancel()
    await new Promise((resolve) => setTimeout(resolve, waitS * 1000))
  }
}

async function apiError(response: Response): Promise<ApiError> {
  const problem = Problem.safeParse(await response.json().catch(() => undefined))
  const what = problem.success
    ? `${problem.data.code}: ${problem.data.detail ?? problem.data.title}`
    : 'no reason given'
  const { status, url } = response
  return new ApiError(status, `${new URL(url).pathname} answered ${status}, ${what}`)
}
