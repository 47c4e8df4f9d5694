/** A connected client, and what it hears. */
export async function connectEvents(port: number): Promise<{ socket: WebSocket; heard: unknown[]; closed: Promise<number> }> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/events`)
  const heard: unknown[] = []
  socket.addEventListener('message', ({ data }) => heard.push(JSON.parse(String(data))))
  const closed = new Promise<number>((resolve) => socket.addEventListener('close', ({ code }) => resolve(code)))
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', () => reject(new Error('the connection was refused')))
  })
  return { socket, heard, closed }
}
