/**
 * The published OFREP document as a validator of answers. It is not part of this repository: it is
 * read from beside the checkout, or from OFREP_OPENAPI.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'

const PLACES = [
  process.env['OFREP_OPENAPI'],
  join(import.meta.dirname, '../../../shared/conformance/ofrep/openapi.yaml'),
]

/** Which schema an answer must fulfil, by its status: one flag's, and all flags'. */
const SINGLE = { 200: 'serverEvaluationSuccess', 400: 'evaluationFailure', 404: 'flagNotFound' }
const BULK = { 200: 'bulkEvaluationSuccess', 400: 'bulkEvaluationFailure' }

/** @param path Of the request, one flag's when it is left out */
export type Validate = (status: number, body: unknown, path?: string) => string[]

/** Undefined when the document is not there: the caller says so. */
export async function loadOfrepSchemas(): Promise<Validate | undefined> {
  const text = await readFirst(PLACES)
  if (text === undefined) return undefined
  const document = parse(text)
  repair(document)
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false })
  ajv.addSchema(document, 'ofrep')
  return (status, body, path = '') => {
    const schemas: Record<number, string> = isBulk(path) ? BULK : SINGLE
    const name = schemas[status] ?? 'generalErrorResponse'
    const validate = ajv.getSchema(`ofrep#/components/schemas/${name}`)
    if (!validate) return [`there is no schema ${name}`]
    if (validate(body)) return []
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
  }
}

const isBulk = (path: string) => /^\/ofrep\/v1\/evaluate\/flags(\?|$)/.test(path)

/**
 * What the document of version 0.3.0 gets wrong. An answer must be exactly one of several schemas, but
 * codeDefaultFlag takes anything, where it means "without a value", and a whole number is both an
 * integerFlag and a floatFlag. And DEFAULT, a reason of OpenFeature's own scenarios, is not among the
 * reasons.
 */
function repair({ components: { schemas } }: Document) {
  schemas.codeDefaultFlag.not = { required: ['value'] }
  schemas.floatFlag.properties.value.not = { type: 'integer' }
  schemas.evaluationSuccess.allOf[0].properties.reason.enum.push('DEFAULT')
}

interface Document {
  components: {
    schemas: {
      codeDefaultFlag: { not?: object }
      floatFlag: { properties: { value: { not?: object } } }
      evaluationSuccess: { allOf: [{ properties: { reason: { enum: string[] } } }] }
    }
  }
}

async function readFirst(places: (string | undefined)[]): Promise<string | undefined> {
  for (const place of places) {
    if (!place) continue
    const text = await readFile(place, 'utf8').catch(() => undefined)
    if (text !== undefined) return text
  }
  return undefined
}
