/** SQL for MCP servers of others. Every statement names its tenant; a change and its audit entry are one statement. */
import { and, asc, eq } from 'drizzle-orm'
import type { WithEnv } from '../../shared/context.ts'
import { type DatabaseEnv, isTaken, withTenant } from '../../shared/database.ts'
import { auditColumn } from '../audit/service.ts'
import { mcpServers } from './tables.ts'

export type StoreContext = WithEnv<DatabaseEnv>

export type ServerRow = typeof mcpServers.$inferSelect

export async function selectServers(ctx: StoreContext): Promise<ServerRow[]> {
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select()
      .from(mcpServers)
      .where(eq(mcpServers.tenantId, ctx.tenantId))
      .orderBy(asc(mcpServers.id)),
  ])
  return rows
}

export async function findServer(ctx: StoreContext, id: string): Promise<ServerRow | undefined> {
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx.select().from(mcpServers).where(isServer(ctx, id)),
  ])
  return row
}

/** @returns whether it was made: not under a name in use */
export async function insertServer(
  ctx: StoreContext,
  row: Omit<ServerRow, 'tenantId'>,
): Promise<boolean> {
  const seq = auditColumn(ctx, 'mcp.server.create', about(row.id))
  try {
    const [rows] = await withTenant(ctx).batch((tx) => {
      const insert = tx
        .insert(mcpServers)
        .values({ ...row, tenantId: ctx.tenantId })
        .returning({ id: mcpServers.id })
      const made = tx.$with('made').as(insert)
      return [tx.with(made).select({ seq }).from(made)]
    })
    return rows.length > 0
  } catch (error) {
    if (isTaken(error)) return false
    throw error
  }
}

/** @returns whether it was changed: not when somebody else changed it since `version` */
export async function updateServer(
  ctx: StoreContext,
  { id, version }: Pick<ServerRow, 'id' | 'version'>,
  set: Partial<ServerRow>,
): Promise<boolean> {
  const seq = auditColumn(ctx, 'mcp.server.change', about(id))
  const [rows] = await withTenant(ctx).batch((tx) => {
    const update = tx
      .update(mcpServers)
      .set({ ...set, version: version + 1, updatedAt: ctx.now() })
      .where(and(isServer(ctx, id), eq(mcpServers.version, version)))
      .returning({ id: mcpServers.id })
    const changed = tx.$with('changed').as(update)
    return [tx.with(changed).select({ seq }).from(changed)]
  })
  return rows.length > 0
}

/** @returns whether there was such a server */
export async function deleteServer(ctx: StoreContext, id: string): Promise<boolean> {
  const seq = auditColumn(ctx, 'mcp.server.delete', about(id))
  const [rows] = await withTenant(ctx).batch((tx) => {
    const remove = tx.delete(mcpServers).where(isServer(ctx, id)).returning({ id: mcpServers.id })
    const gone = tx.$with('gone').as(remove)
    return [tx.with(gone).select({ seq }).from(gone)]
  })
  return rows.length > 0
}

const about = (id: string) => ({ resource: { type: 'mcp_server', id } })

const isServer = ({ tenantId }: StoreContext, id: string) =>
  and(eq(mcpServers.tenantId, tenantId), eq(mcpServers.id, id))
