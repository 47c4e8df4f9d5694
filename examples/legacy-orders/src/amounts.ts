/** Whole cents as a decimal with two places. */
export function amountText(cents: bigint): string {
  const digits = cents.toString().padStart(3, '0')
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/** Hundredths of a percent as a fraction: 1500 is 0.15. */
export function fractionText(basisPoints: bigint): string {
  const digits = basisPoints.toString().padStart(5, '0')
  return `${digits.slice(0, -4)}.${digits.slice(-4)}`.replace(/\.?0+$/, '')
}

/** Cents of so many pieces less the discount, half a cent rounded up. */
export function lineTotal(unitPrice: bigint, quantity: bigint, discount: bigint): bigint {
  return (unitPrice * quantity * (10_000n - discount) + 5_000n) / 10_000n
}
