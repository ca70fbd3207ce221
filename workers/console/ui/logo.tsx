/** The mark: a voice as four bars. */
export function Logo({ size = 24 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden className="shrink-0">
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <path
        d="M8 14v4M13.300 10v12M18.700 12.500v7M24 14.500v3"
        strokeWidth="3"
        strokeLinecap="round"
        className="stroke-on-accent"
      />
    </svg>
  )
}
