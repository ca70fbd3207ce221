/** What a reported exposure is checked against: the experiments of the snapshot. */
import type { Payload, Rule } from './engine/payload.ts'

interface Reported {
  readonly flag: string
  readonly variant: string
  readonly experiment?: string | undefined
  readonly phase?: number | undefined
}

export interface Counted {
  readonly experiment: string
  readonly phase: number
}

export interface Refusal {
  readonly field: 'flag' | 'variant' | 'experiment' | 'phase'
  readonly detail: string
}

/** @param isVisible Whether whoever reports may know of the flag at all */
export function checkReport(
  { features = {} }: Payload,
  { flag, variant, experiment, phase }: Reported,
  isVisible: boolean,
): Counted | Refusal {
  const feature = isVisible && Object.hasOwn(features, flag) ? features[flag] : undefined
  if (!feature) return refuse('flag', `There is no flag named ${flag}.`)
  const own = (feature.rules ?? []).filter(({ variations }) => variations !== undefined)
  const rules = own.filter((rule) => experiment === undefined || keyOf(rule, flag) === experiment)
  const [rule, another] = rules
  if (!rule) return refuse('experiment', `No such experiment runs in ${flag}.`)
  if (another) return refuse('experiment', `Name one of the experiments of ${flag}.`)
  if (!variantsOf(rule).includes(variant)) {
    return refuse('variant', `The experiment has no variant named ${variant}.`)
  }
  const newest = phaseOf(rule)
  if (phase !== undefined && phase > newest) {
    return refuse('phase', `The experiment is in phase ${newest}.`)
  }
  return { experiment: keyOf(rule, flag), phase: phase ?? newest }
}

const refuse = (field: Refusal['field'], detail: string): Refusal => ({ field, detail })

/** A rule without a key has its flag's. */
const keyOf = ({ key }: Rule, flag: string): string => key ?? flag

const variantsOf = ({ variations = [], meta = [] }: Rule): string[] =>
  variations.map((_, index) => meta[index]?.key || String(index))

/** 0 where the experiment has none, or one that is no number. */
export const phaseOf = ({ phase }: Pick<Rule, 'phase'>): number => Math.trunc(Number(phase)) || 0
