/** The JSON Pointer (RFC 6901) of a key below another pointer. */
export function below(pointer: string, key: string | number): string {
  return `${pointer}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/** A JSON Pointer as people read it: `/components/storage/version` is `components.storage.version`. */
export function placeOf(pointer: string): string {
  return pointer
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join('.')
}
