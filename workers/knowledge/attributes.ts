/** What is known of a document besides its text, and what a search may ask of it. */

/** A date is a text in the form of ISO 8601, in UTC, so that the order of texts is that of times. */
export type AttributeValue = string | number | boolean
export type Attributes = Record<string, AttributeValue>
