/**
 * What is known of a document besides its text. A date is a text in the form of ISO 8601; moments are
 * brought to UTC, so that the order of texts is that of times.
 */

export type AttributeValue = string | number | boolean
export type Attributes = Record<string, AttributeValue>

/** As in OpenAI's vector stores. */
export const MOST_ATTRIBUTES = 16
export const ATTRIBUTE_KEY = /^[\p{L}\p{N}_.-]{1,64}$/u

const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/

/** A moment in UTC to the millisecond; every other value as it is. */
export function normalValue(value: AttributeValue): AttributeValue {
  if (typeof value !== 'string' || !MOMENT.test(value)) return value
  const at = new Date(value)
  return Number.isNaN(at.getTime()) ? value : at.toISOString()
}

export const normalAttributes = (attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, normalValue(value)]))
