/** Labels and attributes of documents: set at upload and later, by who may read the document too. */
import { ProblemError } from '../../shared/errors.ts'
import { may } from '../../shared/guards.ts'
import type { DocumentFacts } from './access-schemas.ts'
import * as accessStore from './access-store.ts'
import { type DocumentContext, findStored, missing } from './document-service.ts'
import { storable } from './facts-service.ts'
import { type ReachContext, readerFor } from './reach-service.ts'
import { mayRead } from './readers.ts'
import type { Document } from './schemas.ts'

/**
 * Sets labels, the mark of health data and attributes; what is left out stays. Who may not read the
 * document cannot open it to themself either, unless they give roles.
 *
 * @throws ProblemError not_found, forbidden, invalid_fields
 */
export async function changeDocument(
  ctx: DocumentContext & ReachContext,
  id: string,
  change: DocumentFacts,
): Promise<Document> {
  const { acl: now, phi: wasPhi } = await findStored(ctx, id)
  const reader = await readerFor(ctx)
  const changesAccess = change.labels !== undefined || change.phi !== undefined
  const readable = mayRead(reader, { acl: now, phi: false }) || may(ctx.actor, 'role.manage')
  if (changesAccess && !readable)
    throw new ProblemError('forbidden', 'Only who may read the document may say who else does.')
  if (wasPhi && change.phi === false && !reader.seesPhi)
    throw new ProblemError('forbidden', 'This needs the permission phi.read.')
  const { acl, phi, attributes } = await storable(ctx, change)
  if (!(await accessStore.updateFacts(ctx, id, { acl, phi, attributes })))
    throw missing('document', id)
  return (await findStored(ctx, id)).document
}
