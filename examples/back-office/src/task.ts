import { defineObject } from '@caruso/modeler/contract'

/** Something that a dialog agreed on and that somebody has to do. */
export const Task = defineObject({
  class: 'Task',
  description: 'Something that a dialog agreed on and that somebody has to do',
  key: 'id',
  attributes: {
    id: 'number',
    action: { type: 'text', max: 190, required: true },
    dialog: { type: 'text', max: 36, required: true },
    details: { type: 'long-text', required: true },
    came: { type: 'instant', required: true },
  },
})
