/** Follows the text of a conversation as it grows, unless the reader has scrolled away from its end. */
import { useEffect, useRef } from 'react'

/** How far from the end still counts as reading the end. */
const NEAR_END_PX = 160

/** @returns for an element at the end of the text */
export function useFollowEnd(change: unknown, turns: number) {
  const end = useRef<HTMLDivElement>(null)
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'end' })
  }, [turns])
  useEffect(() => {
    const { scrollHeight } = document.documentElement
    const left = scrollHeight - scrollY - innerHeight
    if (left < NEAR_END_PX) end.current?.scrollIntoView({ block: 'end' })
  }, [change])
  return end
}
