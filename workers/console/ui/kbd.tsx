/** A key of the keyboard. */
const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent)

export const MOD = isApple ? '⌘' : 'Ctrl'

export function Kbd({ children }: { children: string }) {
  return (
    <kbd className="rounded-[4px] border border-line bg-raised px-1.5 py-px font-sans text-xs text-muted">
      {children}
    </kbd>
  )
}
