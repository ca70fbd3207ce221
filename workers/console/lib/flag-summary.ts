/** A flag's settings as sentences, in the order in which they decide. */
import type { FlagRule, FlagSettings } from '../../flags/model-schemas.ts'
import type { Flag } from '../../flags/schemas.ts'
import type { FlagMessages } from '../messages/flag-en.ts'

type Words = FlagMessages['summary']

/** Operators that read well as signs; a condition with any other is shown as it is written. */
const SIGNS: Readonly<Record<string, string>> = {
  $eq: '=',
  $ne: '≠',
  $gt: '>',
  $gte: '≥',
  $lt: '<',
  $lte: '≤',
  $in: '∈',
  $nin: '∉',
}

export const settingsIn = ({ environments }: Flag, environment: string): FlagSettings =>
  environments[environment] ?? { enabled: true, prerequisites: [], rules: [] }

export function summaryOf(flag: Flag, environment: string, words: Words): string[] {
  const settings = settingsIn(flag, environment)
  if (!flag.enabled || !settings.enabled) return [words.off]
  const { rules, prerequisites, defaultValue = flag.defaultValue } = settings
  const rest = valueText(defaultValue)
  return [
    ...prerequisites.map(({ flag: parent, value }) => words.needs(parent, valueText(value))),
    ...rules.map((rule) => sentenceOf(rule, words)),
    rules.length === 0 ? words.all(rest) : words.otherwise(rest),
  ]
}

function sentenceOf(rule: FlagRule, words: Words): string {
  const audience = audienceOf(rule, words)
  switch (rule.type) {
    case 'force':
      return words.force(audience, servedText(rule))
    case 'rollout':
      return words.share(audience, `${rule.percentage} %`, servedText(rule))
    case 'experiment': {
      if (rule.status !== 'running') return words.stopped(rule.key)
      const arms = rule.variations.map(({ variant, weight }) => `${variant} ${weight} %`)
      return words.split(audience, `${rule.coverage} %`, arms.join(', '))
    }
  }
}

const valueText = (value: unknown): string => JSON.stringify(value)

const servedText = ({ value, variant }: { value?: unknown; variant?: string | undefined }) =>
  variant ?? valueText(value)

function audienceOf({ condition = {}, segments = [] }: FlagRule, words: Words): string {
  const parts = [
    ...segments.map(words.inSegment),
    ...Object.entries(condition).map(([attribute, asked]) => partOf(attribute, asked)),
  ]
  return parts.length === 0 ? words.everybody : words.who(parts.join(words.and))
}

function partOf(attribute: string, asked: unknown): string {
  const plain = `${attribute} = ${valueText(asked)}`
  if (attribute.startsWith('$')) return `${attribute} ${valueText(asked)}`
  if (typeof asked !== 'object' || asked === null || Array.isArray(asked)) return plain
  const signs = Object.entries(asked).map(([operator, value]) => {
    const sign = Object.hasOwn(SIGNS, operator) ? SIGNS[operator] : undefined
    return `${attribute} ${sign ?? operator} ${valueText(value)}`
  })
  return signs.join(', ')
}
