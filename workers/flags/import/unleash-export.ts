/** Of Unleash's export, what an import reads; everything else in it is let through. */
import { z } from 'zod'
import { Constraint } from './unleash-constraints.ts'

const Strategy = z.looseObject({
  name: z.string(),
  id: z.string().optional(),
  title: z.string().nullish(),
  featureName: z.string(),
  environment: z.string().nullish(),
  disabled: z.boolean().nullish(),
  parameters: z.record(z.string(), z.coerce.string()).default({}),
  constraints: z.array(Constraint).default([]),
  segments: z.array(z.number()).default([]),
  variants: z.array(z.unknown()).default([]),
})
export type Strategy = z.infer<typeof Strategy>

const Environment = z.looseObject({
  featureName: z.string().optional(),
  name: z.string().optional(),
  environment: z.string(),
  enabled: z.boolean(),
  variants: z.array(z.unknown()).default([]),
})

const Feature = z.looseObject({
  name: z.string(),
  description: z.string().nullish(),
  type: z.string().nullish(),
  archived: z.boolean().nullish(),
})
export type Feature = z.infer<typeof Feature>

const Parent = z.looseObject({
  feature: z.string(),
  enabled: z.boolean().nullish(),
  variants: z.array(z.string()).nullish(),
})

export const Export = z.looseObject({
  features: z.array(Feature),
  featureStrategies: z.array(Strategy),
  featureEnvironments: z.array(Environment).default([]),
  featureTags: z
    .array(z.looseObject({ featureName: z.string(), tagValue: z.string() }))
    .default([]),
  segments: z
    .array(
      z.looseObject({
        id: z.number(),
        name: z.string(),
        constraints: z.array(Constraint).optional(),
      }),
    )
    .default([]),
  dependencies: z
    .array(z.looseObject({ feature: z.string(), dependencies: z.array(Parent) }))
    .default([]),
})
export type Export = z.infer<typeof Export>
