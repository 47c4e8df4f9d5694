import type { Random } from './random.ts'

/** A telephone number as somebody once typed it, or none. */
export function messyPhone(random: Random, dial: string): string | null {
  const [a, b, c, d] = [random.digits(2), random.digits(2), random.digits(2), random.digits(2)]
  return random.pick([
    null,
    `+${dial} ${a} ${b} ${c} ${d}`,
    `00${dial}-${a}${b}${c}${d}`,
    `${a}${b}${c}${d}`,
    `(0${a}) ${b}${c} ${d}`,
    `tel. ${a} ${b} ${c} ${d}`,
    `${a}.${b}.${c}.${d} ext. ${random.between(2, 99)}`,
    ` +${dial}(0)${a}${b}-${c}${d} `,
    `${a}/${b}${c}${d} or ${b}${a}${d}${c}`,
  ])
}
