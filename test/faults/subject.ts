/** What the machine tries to refute: the product as it is, or with one part broken on purpose. */
import { createTransport, type NetworkTransport } from '../../core/network/transport.ts'
import type { RunContext } from '../../core/run/context.ts'
import type { RunDocument } from '../../core/run/document.ts'
import { run } from '../../core/run/run.ts'
import type { RunOptions } from '../../core/run/run-options.ts'
import { type OpenState, openState } from '../../core/state/open.ts'
import type { State } from '../../core/state/state.ts'

export interface Subject {
  openState(options: OpenState): Promise<State>
  openTransport(): Promise<NetworkTransport>
  emit(emit: RunContext['emit']): RunContext['emit']
  run(options: RunOptions): Promise<RunDocument>
}

export const PRODUCT: Subject = {
  openState,
  openTransport: () => createTransport({ env: {} }),
  emit: (emit) => emit,
  run,
}
