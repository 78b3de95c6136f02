// A local Vanta in a process of its own; tells its parent where it listens, and ends with it.
import { startSandbox } from '../dist/sandbox/start.js'

const sandbox = await startSandbox({ limits: { tokenRequests: 100_000, resourceRequests: 100_000 } })
process.send({ url: sandbox.url, ...sandbox.credentials })
process.once('disconnect', () => void sandbox.stop())
