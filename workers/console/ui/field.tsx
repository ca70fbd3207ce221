/** Labelled inputs: the label is always visible, the hint and the error are tied to the input. */
import { useId, type ComponentProps } from 'react'
import { textOf } from '../lib/submit.ts'

export const inputClass =
  'w-full rounded-sm border border-control bg-surface px-3 text-base text-ink placeholder:text-muted'

interface TextFieldProps extends ComponentProps<'input'> {
  label: string
  hint?: string
  error?: string | undefined
}

export function TextField({ label, hint, error, className = '', ...rest }: TextFieldProps) {
  const id = useId()
  const note = error ?? hint
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        {label}
      </label>
      <input
        id={id}
        className={`h-9 ${inputClass}`}
        aria-invalid={error !== undefined}
        aria-describedby={note ? `${id}-note` : undefined}
        {...rest}
      />
      {note && (
        <p id={`${id}-note`} className={`mt-1 text-sm ${error ? 'text-bad' : 'text-muted'}`}>
          {note}
        </p>
      )}
    </div>
  )
}

/** A password that is being chosen, named `password`. */
export function NewPasswordField(props: Pick<TextFieldProps, 'label' | 'hint' | 'autoFocus'>) {
  return (
    <TextField
      name="password"
      type="password"
      autoComplete="new-password"
      minLength={8}
      required
      {...props}
    />
  )
}

interface SelectFieldProps extends ComponentProps<'select'> {
  label: string
  hint?: string
  options: readonly { value: string; name: string }[]
}

export function SelectField({ label, hint, options, className = '', ...rest }: SelectFieldProps) {
  const id = useId()
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        {label}
      </label>
      <select
        id={id}
        className={`h-9 ${inputClass}`}
        aria-describedby={hint ? `${id}-note` : undefined}
        {...rest}
      >
        {options.map(({ value, name }) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
      {hint && (
        <p id={`${id}-note`} className="mt-1 text-sm text-muted">
          {hint}
        </p>
      )}
    </div>
  )
}

interface LinesFieldProps extends ComponentProps<'textarea'> {
  label: string
  hint: string
}

/** Several texts without spaces, one a line; read with `linesOf`. */
export function LinesField({ label, hint, ...rest }: LinesFieldProps) {
  const id = useId()
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        {label}
      </label>
      <textarea
        id={id}
        rows={3}
        spellCheck={false}
        aria-describedby={`${id}-note`}
        className={`py-2 ${inputClass}`}
        {...rest}
      />
      <p id={`${id}-note`} className="text-sm text-muted">
        {hint}
      </p>
    </div>
  )
}

export const linesOf = (form: FormData, name: string): string[] =>
  textOf(form, name).split(/\s+/).filter(Boolean)

interface CheckFieldProps extends ComponentProps<'input'> {
  label: string
  hint?: string
}

export function CheckField({ label, hint, ...rest }: CheckFieldProps) {
  const id = useId()
  return (
    <div className="flex items-start gap-2">
      <input
        id={id}
        type="checkbox"
        className="mt-[3px] size-4 shrink-0 accent-accent"
        aria-describedby={hint ? `${id}-note` : undefined}
        {...rest}
      />
      <div className="min-w-0">
        <label htmlFor={id}>{label}</label>
        {hint && (
          <p id={`${id}-note`} className="text-sm text-pretty text-muted">
            {hint}
          </p>
        )}
      </div>
    </div>
  )
}
