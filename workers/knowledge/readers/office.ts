/**
 * Archives of XML parts: Office Open XML (ECMA-376) and EPUB 3. What an archive is, is judged by its
 * content, whatever its name says; reading each kind is a file of its own.
 */
import type { Extracted } from '../blocks.ts'
import { DocumentFault } from '../limits.ts'
import { readDocx } from './docx.ts'
import { readEpub } from './epub.ts'
import { relationsOf } from './parts.ts'
import { readPptx } from './pptx.ts'
import { readXlsx } from './xlsx.ts'
import { walkXml } from './xml.ts'
import { type Archive, openZip } from './zip.ts'

/** Called as reading goes on, with the share read so far; may throw to stop it. */
export type OnShare = (share: number) => Promise<void>

const OFFICE = [
  [/wordprocessingml|ms-word/, readDocx],
  [/presentationml|ms-powerpoint/, readPptx],
  [/spreadsheetml\.sheet|ms-excel\.sheet\.macro/, readXlsx],
] as const

/** @throws DocumentFault corrupt, encrypted, unsafe, unsupported, too_long, too_many_pages, empty */
export async function readArchive(bytes: Uint8Array, onShare: OnShare): Promise<Extracted> {
  const archive = openZip(bytes)
  if (archive.has('META-INF/container.xml')) return readEpub(archive, onShare)
  const main = await mainPartOf(archive)
  const read = main && OFFICE.find(([type]) => type.test(main.contentType))?.[1]
  if (!read) throw new DocumentFault('unsupported')
  return read(archive, main.name, onShare)
}

/** The part that holds the document, and what kind it says it is. */
async function mainPartOf(archive: Archive) {
  const relations = await relationsOf(archive, '')
  const name = relations.find(({ type }) => type === 'officeDocument')?.target
  if (name === undefined) return undefined
  let contentType = ''
  await walkXml(archive.read('[Content_Types].xml'), {
    open: (tag, { PartName = '', ContentType = '' }) => {
      if (tag === 'Override' && PartName.replace(/^\//, '') === name) contentType = ContentType
    },
  })
  return { name, contentType }
}
