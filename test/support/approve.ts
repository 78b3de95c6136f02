import { decideHold } from '../../core/decision/hold.ts'
import type { RunDocument } from '../../core/run/document.ts'
import type { Workshop } from './workshop.ts'

/** Decides as the command line and the page do, and runs as they do then. */
export async function approve(shop: Workshop, hold: string | undefined): Promise<RunDocument> {
  const by = { name: 'ada', provenBy: 'a test' }
  await decideHold(shop.context(), { name: hold ?? '', decision: 'approve', by, reason: 'it is right' })
  return shop.run({ command: 'approve' })
}
