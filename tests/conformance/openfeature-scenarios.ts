/**
 * OpenFeature's published scenarios (specification/assets/gherkin), and their flags as ours. They are
 * not part of this repository: they are read from beside the checkout, or from OPENFEATURE_GHERKIN.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AstBuilder, compile, GherkinClassicTokenMatcher, Parser } from '@cucumber/gherkin'
import { IdGenerator, type Pickle } from '@cucumber/messages'

const FOLDER =
  process.env['OPENFEATURE_GHERKIN'] ??
  join(import.meta.dirname, '../../../shared/conformance/openfeature')

interface PublishedFlag {
  variants: Record<string, unknown>
  defaultVariant?: string | null
  disabled?: boolean
  flagMetadata?: Record<string, unknown> | null
  /** The name of a variant, or nothing for the default one. */
  contextEvaluator?: string
}

export interface Scenarios {
  /** One per row of examples. */
  pickles: readonly Pickle[]
  /** As the admin API takes them. */
  flags: readonly object[]
}

/** Undefined when the scenarios are not there: the caller says so. */
export async function loadScenarios(): Promise<Scenarios | undefined> {
  const read = (name: string) => readFile(join(FOLDER, name), 'utf8').catch(() => undefined)
  const [feature, flags] = [await read('evaluation_v2.feature'), await read('test-flags.json')]
  if (feature === undefined || flags === undefined) return undefined
  const newId = IdGenerator.incrementing()
  const parser = new Parser(new AstBuilder(newId), new GherkinClassicTokenMatcher())
  const published: Record<string, PublishedFlag> = JSON.parse(flags)
  return {
    pickles: compile(parser.parse(feature), 'evaluation_v2.feature', newId),
    flags: Object.entries(published).flatMap(([name, flag]) => flagOf(name, flag)),
  }
}

/** A flag must have a value when it is on; two that have none are in no scenario. */
function flagOf(name: string, flag: PublishedFlag): object[] {
  const { variants, defaultVariant, disabled = false, flagMetadata, contextEvaluator } = flag
  if (!defaultVariant) return []
  const defaultValue = variants[defaultVariant]
  const type = typeof defaultValue === 'object' ? 'json' : typeof defaultValue
  const rules = contextEvaluator ? [ruleOf(contextEvaluator)] : []
  return [
    {
      name,
      enabled: !disabled,
      type,
      defaultValue,
      variants,
      metadata: flagMetadata ?? {},
      clientVisible: true,
      environments: { production: { rules } },
    },
  ]
}

const EMAIL = { email: 'ballmer@macrosoft.com' }

/** The two expressions there are, by the variant they lead to. */
const RULES: Readonly<Record<string, object>> = {
  [`email == '${EMAIL.email}' ? 'zero' : ''`]: { condition: EMAIL, variant: 'zero' },
  [`!customer && email == '${EMAIL.email}' && age > 10 ? 'internal' : ''`]: {
    condition: { ...EMAIL, customer: false, age: { $gt: 10 } },
    variant: 'internal',
  },
}

function ruleOf(expression: string): object {
  const rule = RULES[expression]
  if (!rule) throw new Error(`No rule is known for ${expression}.`)
  return { type: 'force', id: 'targeting', ...rule }
}
