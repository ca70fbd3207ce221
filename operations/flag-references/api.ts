/** The API's side of the scan: which flags there are, and where to leave what was found. */
import type { Reference } from './scan.ts'
import { namesIn } from './scan.ts'

export interface Target {
  url: string
  /** An API key with flag.read, and flag.write to leave something. */
  key: string
}

/** All pages of them. @throws Error when the API refuses */
export async function fetchNames(target: Target): Promise<string[]> {
  const names: string[] = []
  for (let cursor = ''; ;) {
    const query = cursor && `&cursor=${encodeURIComponent(cursor)}`
    const text = await ask(target, `/api/admin/feature-flags?limit=200${query}`)
    names.push(...namesIn(text))
    const { nextCursor } = Object(JSON.parse(text))
    if (typeof nextCursor !== 'string') return names
    cursor = nextCursor
  }
}

interface Report {
  repository: string
  revision: string
  references: readonly Reference[]
}

/** @throws Error when the API refuses */
export async function postReferences(target: Target, report: Report): Promise<void> {
  await ask(target, '/api/admin/flag-references', { method: 'PUT', body: JSON.stringify(report) })
}

async function ask({ url, key }: Target, path: string, init: RequestInit = {}): Promise<string> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const answer = await fetch(new URL(path, url), { ...init, headers })
  const text = await answer.text()
  if (answer.ok) return text
  throw new Error(`${url} answered ${answer.status}: ${text.slice(0, 500)}`)
}
