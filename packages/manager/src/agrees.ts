/** Whether another answer holds everything that this one does; what it holds besides, callers ignore. */
export function agrees(answer: unknown, other: unknown): boolean {
  // 0 and -0 are one number to callers; NaN is none, and still the same answer.
  if (answer === other || Object.is(answer, other)) return true
  if (Array.isArray(answer)) return Array.isArray(other) && other.length === answer.length && answer.every((item, index) => agrees(item, other[index]))
  if (!isRecord(answer) || !isRecord(other)) return false
  return Object.entries(answer).every(([name, value]) => value === undefined || (Object.hasOwn(other, name) && agrees(value, other[name])))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
