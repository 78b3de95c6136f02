/** The first bytes of a stream, without losing them. */
export interface Headed {
  /** As many as were asked for, or all there are. */
  readonly head: Buffer
  /** All bytes from the first on; to be asked for once. */
  readonly pieces: AsyncGenerator<Buffer, void, void>
}

export async function takeHead(source: AsyncGenerator<Buffer, void, void>, length: number): Promise<Headed> {
  const seen: Buffer[] = []
  let bytes = 0
  while (bytes < length) {
    const step = await source.next()
    if (step.done === true) break
    seen.push(step.value)
    bytes += step.value.length
  }
  return { head: Buffer.concat(seen).subarray(0, length), pieces: rejoin(seen, source) }
}

async function* rejoin(
  seen: readonly Buffer[],
  rest: AsyncGenerator<Buffer, void, void>,
): AsyncGenerator<Buffer, void, void> {
  try {
    yield* seen
    yield* rest
  } finally {
    await rest.return()
  }
}
