import type { Words } from './words.ts'

export const en: Words = {
  yes: ['yes', 'y', 'yeah', 'yep'],
  no: ['no', 'n', 'nope'],
  today: ['today'],
  tomorrow: ['tomorrow'],
  yesterday: ['yesterday'],
}
