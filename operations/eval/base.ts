/** The knowledge base a collection is loaded into: one of its own, so that nothing else is found. */
import { z } from 'zod'
import type { Api } from './api.ts'

const Base = z.object({ id: z.string(), name: z.string() })
const Bases = z.object({ items: z.array(Base) })

const PATH = '/api/admin/kb/bases'

/** @returns its id, of the one that is there or of a new one */
export async function ensureBase(api: Api, name: string): Promise<string> {
  const { items } = await api.json(Bases, 'GET', PATH)
  const known = items.find((base) => base.name === name)
  return (known ?? (await api.json(Base, 'POST', PATH, { name }))).id
}
