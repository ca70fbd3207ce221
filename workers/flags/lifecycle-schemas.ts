/** Flags that have outlived their purpose, and the code that names them, over HTTP. */
import { z } from '@hono/zod-openapi'
import { EnvironmentName } from '../../shared/environment.ts'
import { FlagName } from './model-schemas.ts'
import { STALE_REASONS } from './stale.ts'

/** As its owners call it: `shop/web`. */
const Repository = z.string().min(1).max(200)
const Revision = z.string().max(100)
const Path = z.string().min(1).max(500)
const Line = z.number().int().min(1)

const Reference = z
  .object({
    repository: Repository,
    revision: Revision,
    scannedAt: z.iso.datetime(),
    flag: FlagName,
    places: z.array(z.object({ path: Path, line: Line })),
  })
  .openapi('FlagReference')

export const ReferenceQuery = z.object({ repository: Repository.optional() })
export const ReferenceList = z.object({ items: z.array(Reference) }).openapi('FlagReferenceList')
export type ReferenceList = z.infer<typeof ReferenceList>

/** What a scan of a whole source tree found; it replaces what the one before found there. */
export const ReferenceScan = z
  .strictObject({
    repository: Repository,
    revision: Revision.default(''),
    references: z.array(z.strictObject({ flag: FlagName, path: Path, line: Line })).max(10_000),
  })
  .openapi('FlagReferenceScan')
export type ReferenceScan = z.infer<typeof ReferenceScan>

export const StaleQuery = z.object({
  environment: EnvironmentName.default('production'),
  /** For so long nothing changed, or nobody asked. */
  days: z.coerce.number().int().min(1).max(180).default(30),
})
export type StaleQuery = z.infer<typeof StaleQuery>

export const StaleReport = z
  .object({
    environment: EnvironmentName,
    days: z.number().int(),
    /** Since when sightings are kept here, a day; null for not yet. */
    watchedSince: z.string().nullable(),
    items: z.array(
      z.object({
        flag: FlagName,
        /** The strongest first. */
        reasons: z.array(z.enum(STALE_REASONS)),
        changedAt: z.iso.datetime(),
        /** The day it was last asked for by name; null for never. */
        seenOn: z.string().nullable(),
        /** In the days asked about. */
        variants: z.array(z.string()),
        references: z.array(Reference),
      }),
    ),
  })
  .openapi('FlagStaleReport')
export type StaleReport = z.infer<typeof StaleReport>
