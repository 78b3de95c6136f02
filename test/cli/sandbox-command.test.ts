import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { runCommand } from '../support/command.ts'

test('sandbox on a port that is taken says so, and how to get another', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  try {
    const { code, stderr } = await runCommand(['sandbox', '--port', String(port)])
    expect(code).toBe(78)
    expect(stderr).toContain(`Port ${port} cannot be listened on (EADDRINUSE)`)
    expect(stderr).toContain('--port 0')
  } finally {
    other.close()
  }
})
