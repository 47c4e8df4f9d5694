import { messageOf } from '@caruso/contract'
import { check, evaluator, type Term } from '@caruso/expression'
import type { Written } from './draft.ts'
import { ModelerError } from './errors.ts'
import { Mistakes, type Mistake } from './mistake.ts'
import { callerAttributes, callerName, isPermitted, listOf, type Permissions, type PolicyCaller } from './policy.ts'
import type { TopicAction, TopicPolicyDefinition } from './policy-schema.ts'

/** One thing that is allowed with the durable events of a topic. */
interface TopicGrant {
  readonly may: readonly TopicAction[]
  readonly permissions: Permissions
  /** Over the caller; undefined for all. */
  readonly where: Term | undefined
}

const doing: Readonly<Record<TopicAction, string>> = { consume: 'Asked for the durable events', emit: 'Committed a durable event' }

/** Who may consume and emit durable events, by topic; one without a policy is open to everybody. */
export class TopicPolicies {
  readonly #topics: ReadonlyMap<string, readonly TopicGrant[]>

  constructor(topics: ReadonlyMap<string, readonly TopicGrant[]> = new Map()) {
    this.#topics = topics
  }

  /** @throws ModelerError `NOT_ALLOWED` for the first topic that is closed to the caller */
  require(action: TopicAction, topics: readonly string[], { component, identity, permissions }: PolicyCaller): void {
    const caller = { component, identity, permissions: [...permissions] }
    const closed = topics.find((topic) => this.#topics.get(topic)?.some(({ may, permissions: any, where }) => may.includes(action) && isPermitted(any, caller) && (where === undefined || evaluator(where)({ [callerName]: caller }) === true)) === false)
    if (closed !== undefined) throw new ModelerError('NOT_ALLOWED', `${doing[action]} of ${JSON.stringify(closed)}: its policy does not let the caller ${action} it`, { details: { topic: closed } })
  }
}

/** Checks the policies of topics. */
export function linkTopics(written: readonly Written<TopicPolicyDefinition>[]): { readonly topics: TopicPolicies; readonly mistakes: readonly Mistake[] } {
  const mistakes = new Mistakes()
  const topics = new Map<string, readonly TopicGrant[]>()
  for (const { value, origin } of written) {
    const { topic, allow } = value
    if (topics.has(topic)) mistakes.add(origin, topic, ['topic'], { expected: 'every topic once', found: `${JSON.stringify(topic)} again` })
    const grants = Object.entries(allow).map(([name, { may, permission, where }]): TopicGrant => {
      try {
        return { may: typeof may === 'string' ? [may] : may, permissions: listOf(permission), where: where === undefined ? undefined : check(where, { names: { [callerName]: { object: callerName } }, classes: { [callerName]: callerAttributes } }, 'boolean') }
      } catch (error) {
        mistakes.add(origin, topic, ['allow', name, 'where'], { expected: `a condition over ${callerName}`, found: `a mistake: ${messageOf(error)}` })
        return { may: [], permissions: [], where: undefined }
      }
    })
    topics.set(topic, grants)
  }
  return { topics: new TopicPolicies(topics), mistakes: mistakes.list }
}
