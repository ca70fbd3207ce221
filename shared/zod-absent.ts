/**
 * What of zod nobody here calls, in the Workers' bundles ([alias] in the wrangler files): schemas
 * compiled to code, which a Worker may not evaluate; schemas made from JSON Schema; the old generator
 * of JSON Schema. The namespace `z` travels as a value, so a bundler keeps them all.
 */
const NAME = 'zod-absent'

/** The mark zod's compiled schemas return; without compiled schemas nothing returns it. */
export const INVALID = Symbol(NAME)

/**
 * Called or constructed.
 *
 * @throws Error always: what is left out of a bundle says so when it is called after all
 */
function absent(): never {
  throw new Error(`This part of zod is not in the bundle: see shared/${NAME}.ts.`)
}

export {
  absent as compile,
  absent as fromJSONSchema,
  absent as withParser,
  absent as JSONSchemaGenerator,
  absent as ZodCompileAsyncError,
  absent as ZodCompileUnsupportedError,
}
