/** The columns of an export as CSV. Pure; how a cell is written is shared/csv.ts. */
import type { ProviderCall } from './report-schemas.ts'

type Value = string | number | boolean | null

const COLUMNS: readonly [name: string, of: (call: ProviderCall) => Value][] = [
  ['id', ({ id }) => id],
  ['at', ({ at }) => at],
  ['provider', ({ provider }) => provider],
  ['model', ({ model }) => model],
  ['purpose', ({ purpose }) => purpose],
  ['endpoint', ({ endpoint }) => endpoint],
  ['userId', ({ userId }) => userId],
  ['keyId', ({ keyId }) => keyId],
  ['subjectId', ({ subjectId }) => subjectId],
  ['requestId', ({ requestId }) => requestId],
  ['input', ({ units }) => units.input],
  ['cachedInput', ({ units }) => units.cachedInput],
  ['output', ({ units }) => units.output],
  ['audioInput', ({ units }) => units.audioInput],
  ['audioOutput', ({ units }) => units.audioOutput],
  ['audioMs', ({ units }) => units.audioMs],
  ['characters', ({ units }) => units.characters],
  ['microDollars', ({ microDollars }) => microDollars],
  ['priceVersion', ({ priceVersion }) => priceVersion],
  ['estimated', ({ estimated }) => estimated],
]

export const CSV_COLUMNS: readonly string[] = COLUMNS.map(([name]) => name)

export const csvValues = (call: ProviderCall): Value[] => COLUMNS.map(([, of]) => of(call))
