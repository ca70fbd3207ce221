/** Settings: the strings among a Worker's bindings, checked once per isolate, loudly. */
import type { z } from 'zod'
import { ProblemError } from './errors.ts'

const checked = new WeakSet<object>()

/** @throws ProblemError misconfigured, naming every missing or malformed variable at once. */
export function checkSettings(schema: z.ZodType, env: object): void {
  if (checked.has(env)) return
  const result = schema.safeParse(env)
  if (!result.success) {
    const lines = result.error.issues.map((issue) => `${issue.path.join('.')} ${reason(issue)}`)
    const detail = `Set these variables and start again: ${lines.join('; ')}.`
    throw new ProblemError('misconfigured', detail)
  }
  checked.add(env)
}

function reason({ code, message, input }: z.core.$ZodIssue): string {
  return code === 'invalid_type' && input === undefined ? 'is missing' : message
}
