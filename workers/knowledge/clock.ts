/** Milliseconds per stage of a question; a stage measured twice keeps its first time. */

export type Clock = ReturnType<typeof startClock>

export function startClock(now: () => Date) {
  const began = now().getTime()
  const stages: Record<string, number> = {}
  const start = (stage: string) => {
    const from = now().getTime()
    return () => void (stages[stage] ??= now().getTime() - from)
  }
  return {
    start,
    async time<Result>(stage: string, work: Promise<Result>): Promise<Result> {
      const stop = start(stage)
      try {
        return await work
      } finally {
        stop()
      }
    },
    timings: (): Record<string, number> => ({ ...stages, totalMs: now().getTime() - began }),
  }
}
