/** How far visitors came on each way through the console: a bar by step, and the days as columns. */
import { useId } from 'react'
import type { Journeys } from '../../../ops/schemas.ts'
import { barOf, roundUp } from '../../lib/chart.ts'
import { JOURNEY_DAYS, useJourneys } from '../../lib/overview-queries.ts'
import { useMessages } from '../../messages/locale.tsx'
import { useOverviewMessages } from '../../messages/overview.ts'
import { Loaded } from '../../ui/loaded.tsx'

type Funnel = Journeys['journeys'][number]

export function JourneyFunnels() {
  const { journeys } = useOverviewMessages()
  const id = useId()
  return (
    <section aria-labelledby={id} className="rounded-md border border-line bg-surface p-4">
      <h2 id={id} className="font-semibold">
        {journeys.title}
      </h2>
      <p className="mb-3 text-sm text-muted">{journeys.hint(JOURNEY_DAYS)}</p>
      <Loaded query={useJourneys()} rows={4}>
        {(data) => (
          <div className="grid gap-6 lg:grid-cols-3">
            {data.journeys.map((funnel) => (
              <Steps key={funnel.journey} funnel={funnel} />
            ))}
          </div>
        )}
      </Loaded>
    </section>
  )
}

function Steps({ funnel }: { funnel: Funnel }) {
  const { locale } = useMessages()
  const overview = useOverviewMessages()
  const { names, steps, none, dropped } = overview.journeys
  const numbers = new Intl.NumberFormat(locale)
  const percent = new Intl.NumberFormat(locale, { style: 'percent' })
  const began = funnel.steps[0]?.visitors ?? 0
  return (
    <div className="min-w-0">
      <h3 className="font-medium">{names[funnel.journey]}</h3>
      {began === 0 ? (
        <p className="text-sm text-muted">{none}</p>
      ) : (
        <>
          <ol className="mt-2 space-y-2">
            {funnel.steps.map(({ step, visitors, dropped: lost }) => (
              <li key={step}>
                <p className="flex items-baseline justify-between gap-2 text-sm">
                  <span>{steps[step]}</span>
                  <span className="text-muted">
                    {numbers.format(visitors)} ({percent.format(visitors / began)})
                  </span>
                </p>
                <svg
                  aria-hidden
                  viewBox="0 0 100 6"
                  preserveAspectRatio="none"
                  className="h-1.5 w-full rounded-full bg-line"
                >
                  <rect width={(100 * visitors) / began} height={6} className="fill-accent" />
                </svg>
                {lost > 0 && <p className="text-xs text-muted">{dropped(lost)}</p>}
              </li>
            ))}
          </ol>
          <Days funnel={funnel} began={began} />
        </>
      )}
    </div>
  )
}

const FRAME = { width: 300, height: 40 }

/** Who began as columns, and within each those who came to the end. */
function Days({ funnel: { journey, steps, days }, began }: { funnel: Funnel; began: number }) {
  const { names, daily } = useOverviewMessages().journeys
  const finished = steps.at(-1)?.visitors ?? 0
  const max = roundUp(Math.max(...days.map(({ visitors }) => visitors[0] ?? 0)))
  return (
    <svg
      role="img"
      aria-label={daily(names[journey], finished, began)}
      viewBox={`0 0 ${FRAME.width} ${FRAME.height}`}
      preserveAspectRatio="none"
      className="mt-3 h-10 w-full border-b border-line"
    >
      {days.map(({ day, visitors }, index) => {
        const place = { index, count: days.length }
        const all = visitors[0] ?? 0
        const end = visitors.at(-1) ?? 0
        const done = barOf(place, { below: 0, value: end }, max, FRAME)
        const rest = barOf(place, { below: end, value: all - end }, max, FRAME)
        return (
          <g key={day}>
            {done && <rect {...done} className="fill-accent" />}
            {rest && <rect {...rest} className="fill-warn" />}
            <title>{`${day}: ${visitors.join(' → ')}`}</title>
          </g>
        )
      })}
    </svg>
  )
}
