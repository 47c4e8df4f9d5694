import { BackOfficeError } from './errors.ts'

type Arguments = Readonly<Record<string, unknown>>

/** Hundredths of a krone for a kilowatt-hour. */
const prices: Readonly<Record<string, string>> = { spot: '92', fixed: '118', green: '104' }

/** What the company's systems would say, by rules that fit on this page. */
const answers: Readonly<Record<string, (args: Arguments) => Record<string, unknown>>> = {
  'credit.score': ({ customer }) => ({ score: Number(customer) % 10 === 0 ? '250' : '640' }),
  'contract.offer': ({ product }) => ({ perKwh: prices[String(product)] ?? null }),
  'fault.triage': ({ symptom, wide }) => ({ urgent: symptom === 'none' && wide === true, hours: symptom === 'none' ? '4' : '24' }),
}

/**
 * Answers a request of a script; the same for the same arguments, so it may be asked twice.
 *
 * @throws BackOfficeError `REQUEST_UNKNOWN`
 */
export function answerTo(action: string, args: Arguments): Record<string, unknown> {
  const answer = Object.hasOwn(answers, action) ? answers[action] : undefined
  if (answer === undefined) throw new BackOfficeError('REQUEST_UNKNOWN', `Answered the request "${action}": there are ${Object.keys(answers).join(', ')}`)
  return answer(args)
}
