/** On or off, at once: a checkbox that says it is a switch. */
interface SwitchProps {
  isOn: boolean
  label: string
  disabled?: boolean
  onToggle: () => void
}

export function Switch({ isOn, label, disabled = false, onToggle }: SwitchProps) {
  return (
    <input
      type="checkbox"
      role="switch"
      aria-label={label}
      checked={isOn}
      disabled={disabled}
      onChange={onToggle}
      className="relative h-5 w-9 shrink-0 cursor-pointer appearance-none rounded-full border border-control bg-raised transition-colors duration-150 before:absolute before:top-[2px] before:left-[2px] before:size-3.5 before:rounded-full before:bg-control before:transition-transform before:duration-150 checked:border-accent checked:bg-accent checked:before:translate-x-4 checked:before:bg-on-accent disabled:cursor-default disabled:opacity-60"
    />
  )
}
