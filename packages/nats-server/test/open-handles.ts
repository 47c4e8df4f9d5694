/** What keeps this process alive. */
export function openHandles(): string[] {
  return process.getActiveResourcesInfo()
}

/** What has come since `before` and stays for 2000 turns of the event loop: a socket's other end closes a little later. */
export async function handlesLeft(before: readonly string[]): Promise<string[]> {
  let left = addedTo(before)
  for (let turn = 0; turn < 2000 && left.length > 0; turn++) {
    await new Promise(setImmediate)
    left = addedTo(before)
  }
  return left
}

function addedTo(before: readonly string[]): string[] {
  const known = [...before]
  return openHandles().filter((handle) => {
    const at = known.indexOf(handle)
    if (at >= 0) known.splice(at, 1)
    return at < 0
  })
}
