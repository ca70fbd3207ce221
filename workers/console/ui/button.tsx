/** Buttons, and links that look like them. One primary one per page. */
import type { ComponentProps, ReactNode } from 'react'

const LOOKS = {
  primary: 'bg-accent text-on-accent hover:brightness-110 border-transparent font-medium',
  plain: 'bg-surface text-ink border-control/60 hover:bg-raised',
  ghost: 'border-transparent text-muted hover:bg-raised hover:text-ink',
  danger: 'bg-bad text-on-accent border-transparent font-medium hover:brightness-110',
} as const

export type Look = keyof typeof LOOKS

const SHAPE =
  'inline-flex h-8 items-center justify-center gap-2 rounded-sm border text-base whitespace-nowrap ' +
  'transition-[background-color,filter] duration-100 disabled:opacity-50 disabled:pointer-events-none'

const withLook = (look: Look, extra: string) => `${SHAPE} ${LOOKS[look]} ${extra}`

/** For links; buttons have their component. */
export const buttonClass = (look: Look = 'plain') => withLook(look, 'px-3')

interface ButtonProps extends ComponentProps<'button'> {
  look?: Look
}

export function Button({ look = 'plain', className = '', type = 'button', ...rest }: ButtonProps) {
  return <button type={type} className={withLook(look, `px-3 ${className}`)} {...rest} />
}

interface IconButtonProps extends Omit<ButtonProps, 'aria-label' | 'title'> {
  label: string
  children: ReactNode
}

/** An icon alone; its label is both the accessible name and the tooltip. */
export function IconButton(props: IconButtonProps) {
  const { label, look = 'ghost', className = '', type = 'button', ...rest } = props
  return (
    <button
      type={type}
      aria-label={label}
      title={label}
      className={withLook(look, `min-w-8 ${className}`)}
      {...rest}
    />
  )
}
