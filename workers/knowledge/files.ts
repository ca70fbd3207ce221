/** Names of a document's objects in storage; the tenant comes first in all of them. */

/** Everything of one document begins with this. */
export const folderOf = (tenantId: string, documentId: string) =>
  `tenants/${tenantId}/documents/${documentId}/`

export const originalKey = (tenantId: string, documentId: string) =>
  `${folderOf(tenantId, documentId)}original`

/** The canonical text of one run; spans of that run refer to it and to no other. */
export const textKey = (tenantId: string, documentId: string, generation: number) =>
  `${folderOf(tenantId, documentId)}text-${generation}.json`

/** Pages of a PDF as one slice of a run read them, until the run is over. */
export const pagesKey = (tenantId: string, documentId: string, generation: number, from: number) =>
  `${folderOf(tenantId, documentId)}pages-${generation}-${from}.json`

/** What a file is called when it says no title of its own. */
export function titleOfFile(fileName: string): string {
  const base = fileName.split(/[/\\]/).at(-1) ?? ''
  const title = base.replace(/\.[a-z0-9]{1,8}$/i, '').trim()
  return (title || base || 'Untitled').slice(0, 200)
}
