/** Attributes as rows: a key, what kind of value, the value. */
import { Plus, X } from 'lucide-react'
import { type AttributeRow, KINDS, MOST_ROWS } from '../../lib/document-facts.ts'
import { useLateMessages } from '../../messages/late.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { control } from '../../ui/filter-fields.tsx'

interface AttributeFieldsProps {
  rows: readonly AttributeRow[]
  onChange: (rows: AttributeRow[]) => void
}

const empty = (): AttributeRow => ({
  id: crypto.randomUUID(),
  key: '',
  kind: 'text',
  value: '',
})

export function AttributeFields({ rows, onChange }: AttributeFieldsProps) {
  const { facts: words } = useLateMessages()
  const change = (id: string, part: Partial<AttributeRow>) =>
    onChange(rows.map((row) => (row.id === id ? { ...row, ...part } : row)))
  return (
    <>
      <ul className="space-y-1.5">
        {rows.map((row, at) => (
          <Row
            key={row.id}
            row={row}
            number={at + 1}
            onChange={(part) => change(row.id, part)}
            onRemove={() => onChange(rows.filter(({ id }) => id !== row.id))}
          />
        ))}
      </ul>
      {rows.length < MOST_ROWS && (
        <Button onClick={() => onChange([...rows, empty()])}>
          <Plus size={16} aria-hidden /> {words.addAttribute}
        </Button>
      )}
    </>
  )
}

interface RowProps {
  row: AttributeRow
  number: number
  onChange: (part: Partial<AttributeRow>) => void
  onRemove: () => void
}

function Row({ row: { key, kind, value }, number, onChange, onRemove }: RowProps) {
  const { facts: words } = useLateMessages()
  return (
    <li className="flex flex-wrap gap-1.5">
      <input
        aria-label={words.keyOf(number)}
        value={key}
        maxLength={64}
        spellCheck={false}
        onChange={(event) => onChange({ key: event.target.value })}
        className={`${control} max-w-40 flex-1`}
      />
      <select
        aria-label={words.kindOf(number)}
        value={kind}
        onChange={(event) => {
          const chosen = KINDS.find((each) => each === event.target.value) ?? 'text'
          onChange({ kind: chosen, ...(chosen === 'boolean' && { value: 'true' }) })
        }}
        className={`${control} max-w-32`}
      >
        {KINDS.map((each) => (
          <option key={each} value={each}>
            {words.valueKinds[each]}
          </option>
        ))}
      </select>
      {kind === 'boolean' ? (
        <select
          aria-label={words.valueOf(number)}
          value={value}
          onChange={(event) => onChange({ value: event.target.value })}
          className={`${control} max-w-40 flex-1`}
        >
          <option value="true">{words.yes}</option>
          <option value="false">{words.no}</option>
        </select>
      ) : (
        <input
          aria-label={words.valueOf(number)}
          value={value}
          maxLength={512}
          inputMode={kind === 'number' ? 'decimal' : 'text'}
          onChange={(event) => onChange({ value: event.target.value })}
          className={`${control} max-w-60 flex-1`}
        />
      )}
      <IconButton label={words.removeAttribute(number)} onClick={onRemove}>
        <X size={16} />
      </IconButton>
    </li>
  )
}
