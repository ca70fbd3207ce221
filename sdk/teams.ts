/** Teams of the current tenant: members under one name, which grants nothing by itself. */
import type { Team, TeamMemberPage, TeamPage } from '../workers/teams/schemas.ts'
import type { Transport } from './transport.ts'

const BASE = '/api/admin/teams'
const at = (id: string) => `${BASE}/${encodeURIComponent(id)}`
const memberAt = (id: string, userId: string) => `${at(id)}/members/${encodeURIComponent(userId)}`

export interface TeamListQuery {
  /** Rows per page; the server's default when left out. */
  limit?: number
  cursor?: string
  signal?: AbortSignal | undefined
}

export class Teams {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** One page, in the order they were made. */
  page({ signal, ...query }: TeamListQuery = {}): Promise<TeamPage> {
    return this.#transport.json(`${BASE}?${searchOf(query)}`, { signal })
  }

  get(id: string): Promise<Team> {
    return this.#transport.json(at(id))
  }

  /** @throws VoiceAssistError `conflict` when the name is taken */
  create(name: string): Promise<Team> {
    return this.#transport.json(BASE, { method: 'POST', body: { name } })
  }

  /** @throws VoiceAssistError `conflict` when the name is taken */
  rename(id: string, name: string): Promise<Team> {
    return this.#transport.json(at(id), { method: 'PATCH', body: { name } })
  }

  /** Its members stay in the tenant. */
  async remove(id: string): Promise<void> {
    await this.#transport.send(at(id), { method: 'DELETE' })
  }

  /** One page of who is in it, in the order of ids. */
  members(id: string, { signal, ...query }: TeamListQuery = {}): Promise<TeamMemberPage> {
    return this.#transport.json(`${at(id)}/members?${searchOf(query)}`, { signal })
  }

  /** Saying it again changes nothing. */
  async addMember(id: string, userId: string): Promise<void> {
    await this.#transport.send(memberAt(id, userId), { method: 'PUT' })
  }

  async removeMember(id: string, userId: string): Promise<void> {
    await this.#transport.send(memberAt(id, userId), { method: 'DELETE' })
  }
}

function searchOf({ limit, cursor }: Pick<TeamListQuery, 'limit' | 'cursor'>): URLSearchParams {
  const query = new URLSearchParams()
  if (limit) query.set('limit', String(limit))
  if (cursor) query.set('cursor', cursor)
  return query
}
