/** A new knowledge base: its name, and the language its words are cut in. Loaded when it is asked for. */
import type { NewBase as Wanted } from '../../../knowledge/base-schemas.ts'
import { useBaseActions } from '../../lib/base-queries.ts'
import { textOf } from '../../lib/submit.ts'
import { useLateMessages } from '../../messages/late.ts'
import { useMessages } from '../../messages/locale.tsx'
import { CheckField, SelectField, TextField } from '../../ui/field.tsx'
import { FormModal } from '../../ui/form-modal.tsx'

/** Text-search configurations of Postgres that have a language, and its code; those used most come first. */
const LANGUAGES = [
  ['russian', 'ru'],
  ['english', 'en'],
  ['arabic', 'ar'],
  ['armenian', 'hy'],
  ['basque', 'eu'],
  ['catalan', 'ca'],
  ['danish', 'da'],
  ['dutch', 'nl'],
  ['finnish', 'fi'],
  ['french', 'fr'],
  ['german', 'de'],
  ['greek', 'el'],
  ['hindi', 'hi'],
  ['hungarian', 'hu'],
  ['indonesian', 'id'],
  ['irish', 'ga'],
  ['italian', 'it'],
  ['lithuanian', 'lt'],
  ['nepali', 'ne'],
  ['norwegian', 'no'],
  ['portuguese', 'pt'],
  ['romanian', 'ro'],
  ['serbian', 'sr'],
  ['spanish', 'es'],
  ['swedish', 'sv'],
  ['tamil', 'ta'],
  ['turkish', 'tr'],
  ['yiddish', 'yi'],
] as const satisfies readonly (readonly [Wanted['textConfig'], string])[]

const CONFIGS = LANGUAGES.map(([config]) => config)

interface NewBaseProps {
  onClose: () => void
  onMade: (id: string) => void
}

export default function NewBase({ onClose, onMade }: NewBaseProps) {
  const { publishing } = useLateMessages()
  const { knowledge, locale } = useMessages()
  const { create } = useBaseActions()
  const names = new Intl.DisplayNames(locale, { type: 'language' })
  const options = LANGUAGES.map(([value, code]) => {
    const name = names.of(code) ?? value
    return { value, name: value === 'russian' ? knowledge.russianToo(name) : name }
  })
  return (
    <FormModal
      title={knowledge.newBase}
      submit={knowledge.makeBase}
      onClose={onClose}
      onSubmit={async (form) => {
        const [name, description] = [textOf(form, 'name'), textOf(form, 'description')]
        const chosen = CONFIGS.find((config) => config === textOf(form, 'textConfig'))
        const textConfig = chosen ?? 'simple'
        const draft = form.has('draft')
        onMade((await create({ name, description, textConfig, draft })).id)
      }}
    >
      <TextField name="name" label={knowledge.baseName} maxLength={100} required />
      <TextField name="description" label={knowledge.baseDescription} maxLength={1000} />
      <SelectField
        name="textConfig"
        label={knowledge.baseLanguage}
        hint={knowledge.baseLanguageHint}
        options={[...options, { value: 'simple', name: knowledge.noLanguage }]}
      />
      <CheckField name="draft" label={publishing.asDraft} hint={publishing.draftHint} />
    </FormModal>
  )
}
