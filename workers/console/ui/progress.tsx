/** How far something is, as a bar; the words beside it are the caller's. */
interface ProgressProps {
  /** 0 to 1. */
  value: number
  label: string
}

export function Progress({ value, label }: ProgressProps) {
  const percent = Math.round(Math.min(1, Math.max(0, value)) * 100)
  return (
    <progress
      max={100}
      value={percent}
      aria-label={label}
      className="block h-1.5 w-full appearance-none overflow-hidden rounded-full bg-raised [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-raised [&::-webkit-progress-value]:rounded-full [&::-webkit-progress-value]:bg-accent [&::-webkit-progress-value]:transition-[inline-size] [&::-webkit-progress-value]:duration-200"
    >
      {percent} %
    </progress>
  )
}
