/** How the parts of an Office file refer to each other (ECMA-376 part 2, section 6.5). */
import { walkXml } from './xml.ts'
import type { Archive } from './zip.ts'

export interface Relation {
  id: string
  /** The last segment of its type's address, the same in both editions of the standard. */
  type: string
  /** Name of the part in the archive. */
  target: string
}

/** Relations of a part inside the archive. @param part Empty for the archive itself. */
export async function relationsOf(archive: Archive, part: string): Promise<Relation[]> {
  const slash = part.lastIndexOf('/') + 1
  const relations: Relation[] = []
  await walkXml(archive.read(`${part.slice(0, slash)}_rels/${part.slice(slash)}.rels`), {
    open: (tag, { Id = '', Type = '', Target = '', TargetMode }) => {
      if (tag !== 'Relationship' || TargetMode === 'External') return
      const target = resolvePart(part, Target)
      relations.push({ id: Id, type: Type.slice(Type.lastIndexOf('/') + 1), target })
    },
  })
  return relations
}

/** A reference as the name of a part, seen from the part that holds it. */
export function resolvePart(from: string, reference: string): string {
  if (!URL.canParse(reference, `https://archive/${from}`)) return ''
  return decode(new URL(reference, `https://archive/${from}`).pathname.slice(1))
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** The title in the core properties, when there are some. */
export async function coreTitle(archive: Archive): Promise<string> {
  let title = ''
  let isTitle = false
  await walkXml(archive.read('docProps/core.xml'), {
    open: (tag) => void (isTitle = tag === 'title'),
    text: (text) => void (title += isTitle ? text : ''),
    close: () => void (isTitle = false),
  })
  return title
}
