/** Members and invitations, and what can be done to one, over the client and the query cache. */
import { keepPreviousData, useInfiniteQuery, type InfiniteData } from '@tanstack/react-query'
import type { Member, MemberPage, NewInvitation } from '../../identity/tenant-schemas.ts'
import { useMessages } from '../messages/locale.tsx'
import { useToasts } from '../ui/toasts.tsx'
import { useServices } from './services.tsx'

const MEMBERS = ['members'] as const
const INVITATIONS = ['invitations'] as const
const PAGE_SIZE = 50

const next = ({ nextCursor }: { nextCursor: string | null }) => nextCursor ?? undefined

/** @param q Part of a name or an address; empty finds everybody */
export function useMembers(q: string) {
  const { client } = useServices()
  return useInfiniteQuery({
    queryKey: [...MEMBERS, q],
    queryFn: ({ pageParam: cursor, signal }) =>
      client.members.page({ q, limit: PAGE_SIZE, signal, ...(cursor && { cursor }) }),
    initialPageParam: '',
    getNextPageParam: next,
    placeholderData: keepPreviousData,
  })
}

export function useInvitations() {
  const { client } = useServices()
  return useInfiniteQuery({
    queryKey: INVITATIONS,
    queryFn: ({ pageParam: cursor, signal }) =>
      client.members.invitations.page({ limit: PAGE_SIZE, signal, ...(cursor && { cursor }) }),
    initialPageParam: '',
    getNextPageParam: next,
  })
}

export function useMemberActions() {
  const { client, queries } = useServices()
  const { succeed, fail } = useToasts()
  const { members } = useMessages()
  const replace = (id: string, role: string) => {
    const inPage = (page: MemberPage): MemberPage => ({
      ...page,
      items: page.items.map((member) => (member.id === id ? { ...member, role } : member)),
    })
    queries.setQueriesData<InfiniteData<MemberPage>>({ queryKey: MEMBERS }, (data) =>
      data ? { ...data, pages: data.pages.map(inPage) } : data,
    )
  }

  /** Shown as changed at once; a refusal changes it back and says so. */
  const setRole = async (member: Member, role: string) => {
    await queries.cancelQueries({ queryKey: MEMBERS })
    replace(member.id, role)
    try {
      await client.members.setRole(member.id, role)
      succeed(members.roleChanged(member.name))
    } catch (thrown) {
      replace(member.id, member.role)
      fail(members.rolledBack(member.name), thrown)
    }
  }

  /** @throws VoiceAssistError, for the question that asked to show */
  const remove = async ({ id, name }: Member) => {
    await client.members.remove(id)
    succeed(members.removed(name))
    await queries.invalidateQueries({ queryKey: MEMBERS })
  }
  return { setRole, remove }
}

export function useInvitationActions() {
  const { client, queries } = useServices()
  const { succeed, fail } = useToasts()
  const { invitations: words } = useMessages().members
  const { invitations } = client.members
  const refresh = () => queries.invalidateQueries({ queryKey: INVITATIONS })

  /** @throws VoiceAssistError, for the form to show. @returns the link */
  const send = async (invitation: NewInvitation): Promise<string> => {
    const { acceptUrl } = await invitations.send(invitation)
    void refresh()
    return acceptUrl
  }

  /** @returns the new link; null when there is none, which was said */
  const resend = async (id: string): Promise<string | null> => {
    try {
      return (await invitations.resend(id)).acceptUrl
    } catch (thrown) {
      fail(words.notSent, thrown)
      return null
    } finally {
      void refresh()
    }
  }

  const withdraw = async (id: string, email: string) => {
    try {
      await invitations.withdraw(id)
      succeed(words.withdrawn(email))
    } catch (thrown) {
      fail(words.notWithdrawn, thrown)
    } finally {
      void refresh()
    }
  }
  return { send, resend, withdraw }
}
