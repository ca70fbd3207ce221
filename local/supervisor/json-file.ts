/** JSON kept in the state folder: written whole or not at all, readable by its owner only. */
import { renameSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { z } from 'zod'

/**
 * What the file holds, or undefined when there is none.
 *
 * @throws Error when it holds something else than `schema` describes
 */
export async function readJson<S extends z.ZodType>(
  path: string,
  schema: S,
): Promise<z.infer<S> | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    return schema.parse(JSON.parse(text))
  } catch (error) {
    throw new Error(`${path} is damaged. \`npm run reset\` starts afresh.`, { cause: error })
  }
}

/** Replaces the file. A process killed meanwhile leaves the old content. */
export function writeJson(path: string, value: unknown): void {
  const draft = `${path}.draft`
  writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })
  renameSync(draft, path)
}
