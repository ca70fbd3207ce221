/** The assistant: a conversation that goes on, or single questions to the documents alone. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { MessageSquarePlus } from 'lucide-react'
import { lazy, type ReactNode, Suspense, useSyncExternalStore } from 'react'
import { useOfferedAssistants } from '../../lib/offered-assistants.ts'
import { useServices } from '../../lib/services.tsx'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { Choice } from '../../ui/filter-fields.tsx'
import { Page } from '../../ui/page.tsx'
import { WithSource } from '../../ui/with-source.tsx'
import { Talk } from './talk.tsx'

const DocumentsOnly = lazy(() => import('./documents-only.tsx'))

/** No id of an assistant. */
const DOCUMENTS = 'documents'

export function AssistantPage() {
  const search = useSearch({ from: '/shell/assistant' })
  const { ask } = useMessages()
  const { documents: isDocumentsOnly = false } = search
  return (
    <WithSource search={search}>
      <Page
        title={ask.title}
        subtitle={isDocumentsOnly ? ask.documentsSubtitle : ask.subtitle}
        action={<NewConversation />}
        isNarrow
      >
        <WhoAnswers />
        {isDocumentsOnly ? (
          <Suspense>
            <DocumentsOnly />
          </Suspense>
        ) : (
          <Talk search={search} />
        )}
      </Page>
    </WithSource>
  )
}

function NewConversation(): ReactNode {
  const { ask } = useMessages()
  const { documents = false } = useSearch({ from: '/shell/assistant' })
  const { chat, conversation } = useServices()
  const navigate = useNavigate({ from: '/assistant' })
  const store = documents ? conversation : chat
  const turns = useSyncExternalStore<readonly unknown[]>(store.subscribe, store.snapshot)
  if (turns.length === 0) return null
  const begin = () => {
    store.clear()
    void navigate({ search: ({ conversation: _old, ...rest }) => rest, replace: true })
  }
  return (
    <Button onClick={begin}>
      <MessageSquarePlus size={16} aria-hidden />
      <span className="max-sm:sr-only">{ask.newConversation}</span>
    </Button>
  )
}

/** Another one begins another conversation: each keeps its assistant to its end. */
function WhoAnswers() {
  const { ask } = useMessages()
  const { chat } = useServices()
  const { assistant = '', documents = false } = useSearch({ from: '/shell/assistant' })
  const navigate = useNavigate({ from: '/assistant' })
  const offered = useOfferedAssistants().data?.items ?? []
  const choose = (value: string) => {
    if (value !== DOCUMENTS) chat.clear()
    const search =
      value === DOCUMENTS ? { documents: true } : value === '' ? {} : { assistant: value }
    void navigate({ search, replace: true })
  }
  const own = offered.find((one) => one.is_default)
  return (
    <div className="mb-4 max-w-80">
      <Choice
        label={ask.whoAnswers}
        value={documents ? DOCUMENTS : assistant}
        options={[
          ['', own ? ask.defaultOf(own.name) : ask.ours],
          ...offered
            .filter(({ id }) => id !== own?.id || id === assistant)
            .map(({ id, name }) => [id, name] as const),
          [DOCUMENTS, ask.documentsOnly],
        ]}
        onChange={choose}
      />
    </div>
  )
}
