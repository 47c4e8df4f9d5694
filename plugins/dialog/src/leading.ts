import type { Call, DeepReadonly, Implementation, InputOf } from '@caruso/contract'
import type { Dialogs } from './contract.ts'
import type { DialogDesk } from './dialog-desk.ts'
import { DialogError } from './errors.ts'
import type { Value } from './script.ts'

type Leading = Omit<Implementation<typeof Dialogs>, 'check' | 'scripts' | 'transcript'>

/** Who may lead dialogs of others, and begin them with what is known. */
const lead = 'dialogs.lead'

/** The operations that begin dialogs and go on with them; `own` makes a call of the component's own out of one. */
export function leading(desk: DialogDesk, own: (call: Call) => Call): Leading {
  return {
    start: async ({ script, channel, language, given = {} }, call) => {
      if (!mayLead(call) && (channel !== 'web' || Object.keys(given).length > 0)) throw new DialogError('DIALOG_FORBIDDEN', `Began the dialog "${script}" in the channel "${channel}": without the permission ${lead} dialogs begin on the web, with nothing given`)
      return await desk.begin(script, { channel, language, given: given as Readonly<Record<string, Value>> }, own(call))
    },
    get: async ({ dialog }, call) => await desk.get(dialog, own(call)),
    answer: async (input, call) => await desk.take(input.dialog, input.seq, answerOf(input), own(call)),
    noInput: async ({ dialog, seq }, call) => await desk.take(dialog, seq, { kind: 'no-input' }, own(call)),
    help: async ({ dialog, seq }, call) => await desk.take(dialog, seq, { kind: 'help' }, own(call)),
    back: async ({ dialog, seq }, call) => await desk.take(dialog, seq, { kind: 'back' }, own(call)),
    change: async ({ dialog, seq, path }, call) => await desk.take(dialog, seq, { kind: 'change', node: path }, own(call)),
    turn: async ({ dialog, seq, channel, language }, call) => await desk.take(dialog, seq, { kind: 'turn', ...(channel === undefined ? {} : { channel }), ...(language === undefined ? {} : { language }) }, own(call)),
    cancel: async ({ dialog, seq }, call) => await desk.take(dialog, seq, { kind: 'cancel' }, own(call)),
    suspend: async ({ dialog, seq }, call) => await desk.suspend(dialog, seq, true, own(call)),
    resume: async ({ dialog, seq }, call) => await desk.suspend(dialog, seq, false, own(call)),
  }
}

function answerOf({ text, value }: DeepReadonly<InputOf<typeof Dialogs.operations.answer>>): { readonly kind: 'answer'; readonly text: string } | { readonly kind: 'answer'; readonly value: Value } {
  if ((text === undefined) === (value === undefined)) throw new DialogError('INPUT_INVALID', 'Answered a question: expected either a text or a value')
  return text === undefined ? { kind: 'answer', value: value as Value } : { kind: 'answer', text }
}

function mayLead({ caller }: Call): boolean {
  return caller.permissions.includes(lead)
}
