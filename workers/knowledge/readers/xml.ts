/**
 * Walks XML as it arrives. The parser knows no document types, so an entity a document declares is
 * never replaced; a document that declares some is refused, for the formats forbid it (ECMA-376 part 2,
 * section 7.2.3.1) and only bombs do it.
 */
import { Parser } from 'htmlparser2'
import { DocumentFault } from '../limits.ts'

export interface Walker {
  /** @param name Without its prefix. */
  open?: (name: string, attributes: Readonly<Record<string, string>>) => void
  text?: (text: string) => void
  close?: (name: string) => void
}

/** @throws DocumentFault unsafe */
export async function walkXml(pieces: AsyncIterable<Uint8Array>, walker: Walker): Promise<void> {
  const parser = new Parser(
    {
      onopentag: (name, attributes) => walker.open?.(localName(name), attributes),
      ontext: (text) => walker.text?.(text),
      onclosetag: (name) => walker.close?.(localName(name)),
      onprocessinginstruction: (name, data) => {
        if (name.toLowerCase() === '!doctype' && data.includes('['))
          throw new DocumentFault('unsafe')
      },
    },
    { xmlMode: true, decodeEntities: true },
  )
  let decoder: TextDecoder | undefined
  for await (const piece of pieces) {
    decoder ??= new TextDecoder(encodingOf(piece))
    parser.write(decoder.decode(piece, { stream: true }))
  }
  parser.end(decoder?.decode())
}

/** XML is UTF-8 unless a byte order mark says otherwise (XML 1.0, appendix F). */
function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
}

const localName = (name: string) => name.slice(name.indexOf(':') + 1)
