/**
 * What zod's list of languages is in the Workers' bundles ([alias] in the wrangler files): English.
 * The namespace `z` travels as a value through @hono/zod-openapi, so a bundler keeps all that is in
 * it, fifty languages twice; our answers are in English.
 */
export { default as en } from 'zod/v4/locales/en.js'
