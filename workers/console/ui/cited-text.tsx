/** An answer's words with their numbers as ways to the sources. */
import type { Citation } from '../../knowledge/schemas.ts'
import { splitMarks } from '../lib/citation-marks.ts'
import { useMessages } from '../messages/locale.tsx'
import { SourceLink, SourceNumber } from './source-link.tsx'

interface CitedTextProps {
  text: string
  citations: readonly Citation[]
  /** More of it is to come. */
  isGrowing: boolean
}

/** A number whose citation has not come yet stays as it is written. */
export function CitedText({ text, citations, isGrowing }: CitedTextProps) {
  return (
    <div className={`break-words whitespace-pre-wrap ${isGrowing ? 'caret' : ''}`}>
      {splitMarks(text).map(({ at, text: piece, number }) => {
        const citation = citations.find((known) => known.number === number)
        return citation ? <Mark key={at} citation={citation} /> : <span key={at}>{piece}</span>
      })}
    </div>
  )
}

function Mark({ citation }: { citation: Citation }) {
  const { ask } = useMessages()
  const label = ask.citation(citation.number, citation.title)
  return (
    <SourceLink citation={citation} label={label} className="mx-0.5 hover:brightness-125">
      <SourceNumber number={citation.number} />
    </SourceLink>
  )
}
