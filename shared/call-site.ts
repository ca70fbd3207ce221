/**
 * Where in the running code a call was made: file, function, line and column as the engine has them.
 * In a bundled Worker these are the bundle's (`edge.js`); `npm run sourcemaps -- --at` finds the source.
 * https://v8.dev/docs/stack-trace-api
 */

export interface CallSite {
  module: string
  function: string
  line: number
  column: number
}

type Callee = (...args: never[]) => unknown

declare global {
  /** What V8 adds to the language. */
  interface ErrorConstructor {
    stackTraceLimit: number
    captureStackTrace(holder: object, callee: Callee): void
  }
}

/**
 * The caller of `callee`, which is on the stack now; undefined where the engine tells no place. Takes
 * a few microseconds, so it is for what is written, not for what is only counted.
 */
export function callSite(callee: Callee): CallSite | undefined {
  const holder: { stack?: string } = {}
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 1
  Error.captureStackTrace(holder, callee)
  Error.stackTraceLimit = limit
  return parseFrame(holder.stack ?? '')
}

/** `    at name (file:///folder/module.js:1:2)`, or without a name and brackets. */
const FRAME = /^ +at (?:async )?(?:(.+?) \()?(?:[^()\n]*[\\/])?([^()\\/\n]+?):(\d+):(\d+)\)?$/m

/** The first frame of a stack. */
export function parseFrame(stack: string): CallSite | undefined {
  const [, name = 'anonymous', module, line, column] = FRAME.exec(stack) ?? []
  if (!module) return undefined
  return { module, function: name, line: Number(line), column: Number(column) }
}
