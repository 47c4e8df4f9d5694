import { defineObject } from '@caruso/modeler/contract'

/** A dialog that runs or ran. What it is about is named, so that a customer's dialogs are found with the customer. */
export const DialogObject = defineObject({
  class: 'Dialog',
  description: 'A dialog that runs or ran',
  key: 'id',
  locking: 'changes',
  attributes: {
    id: { type: 'text', max: 36, required: true },
    script: { type: 'text', max: 100, required: true },
    version: { type: 'text', max: 100, required: true },
    edition: { type: 'text', max: 64, required: true },
    status: { type: 'choice', of: ['running', 'suspended', 'ended', 'cancelled', 'expired'], required: true },
    channel: { type: 'choice', of: ['agent', 'web', 'keypad'], required: true },
    language: { type: 'text', max: 35, required: true },
    changes: { type: 'number', required: true },
    seq: { type: 'number', required: true },
    state: { type: 'long-text', required: true },
    subjectClass: { type: 'text', max: 64 },
    subjectKey: { type: 'text', max: 190 },
    outcome: { type: 'text', max: 100 },
    startedBy: { type: 'text', max: 190 },
    begun: { type: 'instant', required: true },
    changed: { type: 'instant', required: true },
  },
})

/** What came into a dialog, one after the other: its replay gives its state. */
export const DialogInput = defineObject({
  class: 'DialogInput',
  description: 'What came into a dialog',
  key: ['dialog', 'seq'],
  attributes: {
    dialog: { type: 'text', max: 36, required: true },
    seq: { type: 'number', required: true },
    at: { type: 'instant', required: true },
    by: { type: 'text', max: 190 },
    input: { type: 'long-text', required: true },
  },
})

/** The texts of a script and of those that it calls, as a dialog began with them. */
export const DialogEdition = defineObject({
  class: 'DialogEdition',
  description: 'A script as dialogs began with it',
  key: 'edition',
  attributes: {
    edition: { type: 'text', max: 64, required: true },
    script: { type: 'text', max: 100, required: true },
    version: { type: 'text', max: 100, required: true },
    texts: { type: 'long-text', required: true },
  },
})
