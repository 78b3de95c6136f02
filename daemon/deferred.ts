/** A promise that is settled from outside; Node 20 has no `Promise.withResolvers`. */
export interface Deferred {
  readonly promise: Promise<void>
  resolve(): void
  reject(error: unknown): void
}

export function createDeferred(): Deferred {
  let settle: Pick<Deferred, 'resolve' | 'reject'> = { resolve: () => undefined, reject: () => undefined }
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject }
  })
  // Whoever awaits it still sees the failure; whoever does not must not be ended by it.
  promise.catch(() => undefined)
  return { promise, resolve: () => settle.resolve(), reject: (error) => settle.reject(error) }
}
