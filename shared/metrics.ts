/**
 * Counting what happens, without waiting for it. Updates go into the isolate's memory; the first one
 * after a batch left arms the next, which leaves through `waitUntil` (metrics-sender.ts). No update
 * ever makes a call, throws, or is awaited.
 */
import {
  CATALOGUE,
  type CounterName,
  type GaugeName,
  type HistogramName,
  type LabelsOf,
} from './metrics-catalogue.ts'
import { createRecorder, type Recorder } from './metrics-recorder.ts'
import { createSender, type MetricsEnv } from './metrics-sender.ts'

export type { MetricsEnv }

export interface Metrics {
  inc<N extends CounterName>(name: N, labels: LabelsOf<N>, by?: number): void
  observe<N extends HistogramName>(name: N, labels: LabelsOf<N>, value: number): void
  /** For a gauge with a source of truth: what was set last stands, whichever isolate set it. */
  set<N extends GaugeName>(name: N, labels: LabelsOf<N>, value: number): void
  /** Changes this isolate's part of a gauge. The parts of isolates that say nothing more end. */
  shift<N extends GaugeName>(name: N, labels: LabelsOf<N>, by: number): void
  /** One holder's part of a gauge, such as a session's, for at most `forMs`. */
  hold<N extends GaugeName>(name: N, labels: LabelsOf<N>, part: Part): void
}

interface Part {
  readonly holder: string
  /** 0 ends it. */
  readonly value: number
  readonly forMs: number
}

export type WaitUntil = (work: Promise<unknown>) => void

interface Isolate {
  recorder: Recorder
  arm: (waitUntil: WaitUntil) => void
}

const isolates = new WeakMap<object, Isolate>()

function isolateOf(env: MetricsEnv): Isolate {
  const known = isolates.get(env)
  if (known) return known
  const recorder = createRecorder()
  const isolate = { recorder, arm: createSender(env, recorder) }
  isolates.set(env, isolate)
  return isolate
}

/**
 * The metrics of this isolate.
 *
 * @param waitUntil Carries the batch. Without one, updates leave with the next batch somebody else
 *   arms: for code that has no request to hold on to.
 */
export function metricsOf(env: MetricsEnv, waitUntil?: WaitUntil): Metrics {
  if (env.ENABLE_METRICS !== 'true') return NO_METRICS
  const isolate = isolateOf(env)
  if (waitUntil) isolate.arm(waitUntil)
  return new IsolateMetrics(isolate, waitUntil)
}

/** A class, for every request makes one: methods on a prototype are not made anew each time. */
class IsolateMetrics implements Metrics {
  readonly #isolate: Isolate
  readonly #waitUntil: WaitUntil | undefined

  constructor(isolate: Isolate, waitUntil: WaitUntil | undefined) {
    this.#isolate = isolate
    this.#waitUntil = waitUntil
  }

  inc<N extends CounterName>(name: N, labels: LabelsOf<N>, by = 1): void {
    this.#isolate.recorder.add(name, labels, by)
    this.#arm()
  }

  observe<N extends HistogramName>(name: N, labels: LabelsOf<N>, value: number): void {
    this.#isolate.recorder.observe(name, labels, value, CATALOGUE[name].buckets)
    this.#arm()
  }

  set<N extends GaugeName>(name: N, labels: LabelsOf<N>, value: number): void {
    this.#isolate.recorder.set(name, labels, value, Date.now())
    this.#arm()
  }

  shift<N extends GaugeName>(name: N, labels: LabelsOf<N>, by: number): void {
    this.#isolate.recorder.shift(name, labels, by)
    this.#arm()
  }

  hold<N extends GaugeName>(name: N, labels: LabelsOf<N>, part: Part): void {
    const { holder, value, forMs } = part
    this.#isolate.recorder.hold(name, labels, { holder, value, until: Date.now() + forMs })
    this.#arm()
  }

  #arm(): void {
    if (this.#waitUntil) this.#isolate.arm(this.#waitUntil)
  }
}

/** Where metrics are switched off. */
export const NO_METRICS: Metrics = { inc() {}, observe() {}, set() {}, shift() {}, hold() {} }
