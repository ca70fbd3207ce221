/** The words of rating an answer, in English. */
export const rating = {
  title: 'Rate this answer, 0 to 5',
  scale: '0 is of no use, 5 is exactly what was asked for.',
  reason: 'Reason (optional)',
  send: 'Send rating',
  saved: (n: number) => `Rated ${n} of 5`,
}

export type RatingMessages = typeof rating
