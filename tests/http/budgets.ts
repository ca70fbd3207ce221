/** Budgets in this process: what their shell around the same code does, but for disk and alarm. */
import type { DatabaseEnv } from '../../shared/database.ts'
import {
  type Ask,
  type Book,
  emptyBook,
  learn,
  NO_LIMITS,
  reserve,
  settle,
} from '../../workers/usage/book.ts'
import type { BudgetNews } from '../../workers/usage/schemas.ts'
import { readStanding } from '../../workers/usage/standing-store.ts'

export function createBudgets(database: DatabaseEnv) {
  const books = new Map<string, { book: Book; limits: typeof NO_LIMITS }>()
  const state = { isDown: false, reserved: 0 }
  const anomalies: Extract<BudgetNews, { type: 'anomaly' }>[] = []

  async function keptOf(tenantId: string) {
    const kept = books.get(tenantId) ?? { book: emptyBook(new Date()), limits: NO_LIMITS }
    if (books.has(tenantId)) return kept
    const standing = await readStanding(database, tenantId, new Date())
    if (standing) learn(kept.book, standing.spent, new Date())
    const read = { ...kept, limits: standing?.limits ?? NO_LIMITS }
    books.set(tenantId, read)
    return read
  }

  const object = {
    async reserve(tenantId: string, ask: Ask) {
      if (state.isDown) throw new Error('the object is not there')
      state.reserved++
      const { book, limits } = await keptOf(tenantId)
      return reserve(book, limits, ask, new Date())
    },
    async settle(tenantId: string, id: string, spent: number) {
      settle((await keptOf(tenantId)).book, id, spent, new Date())
    },
    async refresh(tenantId: string) {
      const known = books.get(tenantId)
      const standing = await readStanding(database, tenantId, new Date())
      const book = known?.book ?? emptyBook(new Date())
      if (standing) learn(book, standing.spent, new Date())
      books.set(tenantId, { book, limits: standing?.limits ?? NO_LIMITS })
    },
    async noteAnomaly(anomaly: (typeof anomalies)[number]) {
      if (state.isDown) throw new Error('the object is not there')
      anomalies.push(anomaly)
    },
  }
  return {
    binding: { getByName: () => object },
    state,
    /** As they were said, also again. */
    anomalies,
    bookOf: (id: string) => books.get(id)?.book,
  }
}
