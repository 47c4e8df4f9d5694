const units = ['bytes', 'kB', 'MB', 'GB', 'TB']

/** A number of bytes as people say it. */
export function size(bytes: number): string {
  const unit = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  return `${unit === 0 ? bytes : (bytes / 1_000 ** unit).toFixed(1)} ${units[unit] ?? ''}`
}
