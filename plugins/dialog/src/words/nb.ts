import type { Words } from './words.ts'

export const nb: Words = {
  yes: ['ja', 'j', 'jo', 'japp'],
  no: ['nei', 'n'],
  today: ['i dag', 'idag'],
  tomorrow: ['i morgen', 'imorgen'],
  yesterday: ['i går', 'igår'],
}
