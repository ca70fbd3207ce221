/** One request as an endpoint sees it, its body read and its model found to exist. */

export interface Call {
  /** Parsed JSON, or the fields of a form by name. */
  readonly body: unknown
  /** New for each request, for the ids of what is made. */
  readonly id: string
  /** Unix time in milliseconds. */
  readonly now: number
}
