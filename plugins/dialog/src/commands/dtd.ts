import type { CommandContext } from '@caruso/contract'
import { dtdText } from '../dtd.ts'

/** `caruso dialog dtd`: prints the DTD. */
export async function dtd({ terminal }: CommandContext): Promise<void> {
  terminal.answer({ dtd: dtdText }, () => dtdText.trimEnd())
}
