import { messageOf, Type } from '@caruso/contract'
import { Requests } from '@caruso/dialog/contract'
import { definePlugin } from '@caruso/kernel'
import { EventConsumer, modelOf, Objects } from '@caruso/modeler/contract'
import { answerTo } from './answers.ts'
import { Task } from './task.ts'

/** What a dialog's action carries. */
interface Action {
  readonly dialog: string
  readonly args: Readonly<Record<string, unknown>>
}

const of = { of: 'Task', consumer: 'tasks' } as const

export default definePlugin({
  name: 'back-office',
  config: Type.Object({ actions: Type.Array(Type.String({ maxLength: 190 }), { minItems: 1, maxItems: 100, description: 'The actions of scripts that become tasks' }) }),
  provides: { requests: Requests },
  requires: { objects: Objects },
  needs: { objects: modelOf(Task) },
  start({ config, objects, scope, log }) {
    const consumer = new EventConsumer({
      next: (call) => objects.events({ ...of, topics: config.actions, from: 'begin' }, call),
      acknowledge: (seq, call) => objects.acknowledge({ ...of, seq }, call),
      call: () => scope.call(),
      // In one transaction with the note that this event is handled: it becomes one task, however often it comes.
      handle: async ({ id, topic, payload }, call) => {
        const { dialog, args } = payload as Action
        await objects.commit({ changes: [{ create: 'Task', values: { action: topic, dialog, details: JSON.stringify(args), came: new Date().toISOString() } }], handled: { consumer: of.consumer, id } }, call)
        // Whoever knows the dialog's id may go on with it, so it is not told.
        log.info(`An action arrived: ${topic}`)
      },
      failed: (error, event) => log.error({ action: event?.topic, reason: messageOf(error) }, 'An action waits'),
    })
    scope.on(Objects, 'emitted', () => consumer.wake())
    scope.whenActive(() => consumer.begin())
    return { requests: { answer: ({ action, args }) => ({ answer: answerTo(action, args) }) } }
  },
})
