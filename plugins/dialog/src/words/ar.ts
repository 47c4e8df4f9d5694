import type { Words } from './words.ts'

export const ar: Words = {
  yes: ['نعم', 'ن', 'أيوه', 'أجل'],
  no: ['لا', 'كلا', 'ل'],
  today: ['اليوم'],
  tomorrow: ['غدا', 'غدًا', 'بكرة'],
  yesterday: ['أمس', 'البارحة'],
}
