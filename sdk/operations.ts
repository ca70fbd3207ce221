/** How a deployment is doing. For those who run it. */
import type { Journeys, Overview, Period } from '../workers/ops/schemas.ts'
import type { Transport } from './transport.ts'

export class Operations {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Traffic of all tenants together, and whether what the platform depends on answers. */
  overview(period: Period, signal?: AbortSignal): Promise<Overview> {
    return this.#transport.json(`/api/admin/ops/overview?period=${period}`, { signal })
  }

  /** How far visitors came on the ways through the console in the last days, today among them. */
  journeys(days: number, signal?: AbortSignal): Promise<Journeys> {
    return this.#transport.json(`/api/admin/ops/journeys?days=${days}`, { signal })
  }
}
