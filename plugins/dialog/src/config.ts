import { Type } from '@caruso/contract'

/** Where scripts are, and how long dialogs wait for people. */
export const DialogConfig = Type.Object({
  dialogs: Type.String({ default: 'dialogs', description: 'The folder of the scripts and of actions.yaml, relative to that of the assembly' }),
  expireAfter: Type.Integer({ default: 120, minimum: 1, description: 'Minutes without an input after which a dialog expires' }),
  suspendedFor: Type.Integer({ default: 30, minimum: 1, description: 'Days after which a dialog expires that was laid aside' }),
})
