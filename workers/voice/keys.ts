/** Keys by which tones are sent: ETSI ES 201 235-1 has sixteen, telephones twelve of them. */
export const KEY = /^[0-9A-D*#]$/
