/** One assistant: its content and a conversation with it side by side, how it is served, its versions. */
import { Link } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import type { Assistant } from '../../../assistant/assistant-schemas.ts'
import { useAssistant } from '../../lib/assistant-queries.ts'
import { useLateMessages } from '../../messages/late.ts'
import { buttonClass } from '../../ui/button.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { ContentForm } from './content-form.tsx'
import { ServingSection } from './serving-section.tsx'
import { TestChat } from './test-chat.tsx'
import { VersionsSection } from './versions-section.tsx'

export function AssistantEditor({ id }: { id: string }) {
  const { assistants } = useLateMessages()
  const query = useAssistant(id)
  const back = (
    <Link to="/assistants" className={buttonClass()}>
      <ArrowLeft size={16} aria-hidden />
      <span className="max-sm:sr-only">{assistants.back}</span>
    </Link>
  )
  return (
    <Page
      title={query.data?.content.name ?? assistants.title}
      subtitle={factsOf(query.data)}
      action={back}
    >
      <Loaded query={query} rows={8}>
        {(assistant) => (
          <>
            <div className="grid gap-8 lg:grid-cols-[1fr_22rem]">
              {/* Another version is another form: what stands in its fields is that version's. */}
              <ContentForm key={assistant.version} assistant={assistant} />
              <TestChat key={`${id} ${assistant.version}`} assistant={assistant} />
            </div>
            <div className="mt-8">
              <ServingSection assistant={assistant} />
              <VersionsSection id={id} current={assistant.version} />
            </div>
          </>
        )}
      </Loaded>
    </Page>
  )

  function factsOf(assistant: Assistant | undefined): string {
    if (!assistant) return assistants.subtitle
    const { slug, version, is_default: isDefault, archived } = assistant
    return [
      slug,
      assistants.version(version),
      ...(isDefault ? [assistants.isDefault] : []),
      ...(archived ? [assistants.isArchived] : []),
    ].join(' · ')
  }
}
