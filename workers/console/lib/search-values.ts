/** Values of an address behind the `?`: what has another type is left out. */

export type Search = Record<string, unknown>

export const textIn = (search: Search, name: string) =>
  typeof search[name] === 'string' ? { [name]: search[name] } : {}
export const numberIn = (search: Search, name: string) =>
  Number.isInteger(search[name]) ? { [name]: search[name] } : {}
export const yesIn = (search: Search, name: string) =>
  search[name] === true ? { [name]: true } : {}
