/** Decisions made again, and what would come of things: of a change for those who ask, of another product's export. */
import type { Explanation, Impact, PreviewRequest } from '../workers/flags/explain-schemas.ts'
import type { FlagImport, FlagImportRequest } from '../workers/flags/import-schemas.ts'
import type { Transport } from './transport.ts'

const EXPLAINED = '/api/flags'
const ADMIN = '/api/admin'

export interface Trial {
  environment: string
  /** As it would be asked with. */
  context: Readonly<Record<string, unknown>>
  /** Of the environment's snapshot; the newest when left out. */
  version?: number
}

export class FlagTrials {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Why the flag has its value there: rule by rule. */
  explain(flag: string, { environment, context, version }: Trial): Promise<Explanation> {
    const query = new URLSearchParams({ environment, context: JSON.stringify(context) })
    if (version !== undefined) query.set('version', String(version))
    return this.#transport.json(`${EXPLAINED}/${encodeURIComponent(flag)}/explain?${query}`)
  }

  /** Who of those that asked lately would get another value; nothing is published. */
  preview(flag: string, change: Partial<PreviewRequest>): Promise<Impact> {
    const path = `${ADMIN}/feature-flags/${encodeURIComponent(flag)}/preview`
    return this.#transport.json(path, { method: 'POST', body: change })
  }

  /** With `dryRun` it only says what would become of it. */
  take(
    request: Pick<FlagImportRequest, 'format' | 'document'> & Partial<FlagImportRequest>,
  ): Promise<FlagImport> {
    return this.#transport.json(`${ADMIN}/flag-import`, { method: 'POST', body: request })
  }
}
