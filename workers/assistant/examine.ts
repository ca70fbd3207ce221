/** Whether a call of the model may run, and with which arguments. Pure. */
import type { Call, TurnSpec } from './turn-state.ts'

export type Verdict =
  | { type: 'run'; args: unknown }
  /** The model is asked once for better arguments. */
  | { type: 'repair'; problem: string }
  /** The user must agree first. */
  | { type: 'ask' }
  | { type: 'refuse'; problem: string }

/**
 * @param repaired Tools whose arguments were sent back before in this turn.
 * @param isConfirmed Whether the user has agreed to this very call.
 */
export function examineCall(
  { tools }: TurnSpec,
  repaired: readonly string[],
  { name, arguments: text }: Omit<Call, 'id'>,
  isConfirmed: boolean,
): Verdict {
  const tool = tools.get(name)
  if (!tool) return { type: 'refuse', problem: 'there is no such tool here.' }
  const args = parse(text)
  const problem = args === undefined ? 'they are no JSON object' : tool.problemOf(args)
  if (problem === undefined)
    return !isConfirmed && tool.confirms(args) ? { type: 'ask' } : { type: 'run', args }
  if (!repaired.includes(name)) return { type: 'repair', problem }
  return { type: 'refuse', problem: `its arguments are not valid: ${problem}.` }
}

/** An object; what a model that sends nothing means is `{}`. */
function parse(text: string): object | undefined {
  if (text.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
