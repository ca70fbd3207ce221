/** The rating of an answer, kept as long as the conversation it is in. */
import { skipToken, useMutation, useQuery } from '@tanstack/react-query'
import type { Feedback, NewFeedback } from '../../knowledge/feedback-schemas.ts'
import { useServices } from './services.tsx'

/** What was sent for an answer in this visit, and the sending of a rating that replaces it. */
export function useRating(answerId: string) {
  const { client, queries } = useServices()
  const queryKey = ['rating', answerId]
  // Turns outlive the page that shows them, so their ratings do too.
  const { data } = useQuery<Feedback>({ queryKey, queryFn: skipToken, gcTime: Infinity })
  const sending = useMutation({
    mutationFn: (rating: NewFeedback) => client.answers.rate(answerId, rating),
    onSuccess: (saved) => queries.setQueryData(queryKey, saved),
  })
  return { saved: data, sending }
}
