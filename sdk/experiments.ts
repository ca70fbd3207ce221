/** Experiments: rules of flags whose outcomes are measured. */
import type {
  Experiment,
  ExperimentExposures,
  ExperimentPage,
  ExperimentPhases,
  ExperimentReport,
  NewExperimentSettings,
} from '../workers/experiments/result-schemas.ts'
import type { Transport } from './transport.ts'

const BASE = '/api/admin/experiments'

/** The environment whose rule it is; `production` when left out. */
interface InEnvironment {
  environment?: string | undefined
}

/** Of which phase; the present one when left out. */
interface InPhase extends InEnvironment {
  phase?: number | undefined
}

const at = (key: string, { environment, phase }: InPhase, part = '') =>
  `${BASE}/${encodeURIComponent(key)}${part}${searchOf({ environment, phase })}`

export interface ExperimentListQuery extends InEnvironment {
  limit?: number
  cursor?: string | undefined
  signal?: AbortSignal | undefined
}

export class Experiments {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** One page, in the order of keys. */
  page({ signal, ...query }: ExperimentListQuery = {}): Promise<ExperimentPage> {
    return this.#transport.json(`${BASE}${searchOf(query)}`, { signal })
  }

  get(key: string, where: InEnvironment = {}): Promise<Experiment> {
    return this.#transport.json(at(key, where))
  }

  /** With the newest results of a phase. */
  report(key: string, where: InPhase = {}): Promise<ExperimentReport> {
    return this.#transport.json(at(key, where, '/results'))
  }

  /** The present phase, and the earlier ones that have results, the newest first. */
  phases(key: string, where: InEnvironment = {}): Promise<ExperimentPhases> {
    return this.#transport.json(at(key, where, '/phases'))
  }

  /** New units by day and variant, of a phase and its last 90 days. */
  exposures(key: string, where: InPhase = {}): Promise<ExperimentExposures> {
    return this.#transport.json(at(key, where, '/exposures'))
  }

  /** Whole: what is left out has its default. @throws VoiceAssistError `conflict` when somebody else was first */
  configure(
    key: string,
    settings: Partial<NewExperimentSettings>,
    where: InEnvironment = {},
  ): Promise<ExperimentReport> {
    const options = { method: 'PUT', body: settings } as const
    return this.#transport.json(at(key, where, '/settings'), options)
  }
}

function searchOf(query: Record<string, string | number | undefined>): string {
  const known = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  )
  return known.length === 0 ? '' : `?${new URLSearchParams(known)}`
}
