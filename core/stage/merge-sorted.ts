interface Head<T> {
  item: T
  readonly source: Iterator<T>
  readonly rank: number
}

/** Merges sorted sequences with a binary heap; among equals the earlier sequence comes first. */
export function* mergeSorted<T>(
  sources: readonly Iterator<T>[],
  compare: (a: T, b: T) => number,
): Generator<T, void, void> {
  const before = (a: Head<T>, b: Head<T>): boolean => {
    const order = compare(a.item, b.item)
    return order === 0 ? a.rank < b.rank : order < 0
  }
  const heap: Head<T>[] = []
  try {
    for (const [rank, source] of sources.entries()) {
      const first = source.next()
      if (!first.done) pushHead(heap, { item: first.value, source, rank }, before)
    }
    for (let top = heap[0]; top !== undefined; top = heap[0]) {
      yield top.item
      advanceTop(heap, before)
    }
  } finally {
    for (const source of sources) source.return?.()
  }
}

type Before<T> = (a: Head<T>, b: Head<T>) => boolean

function pushHead<T>(heap: Head<T>[], head: Head<T>, before: Before<T>): void {
  let at = heap.push(head) - 1
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (!before(heap[at]!, heap[parent]!)) return
    swap(heap, at, parent)
    at = parent
  }
}

/** Replaces the top by its sequence's next item, or by the last head when the sequence has ended, and lets it sink. */
function advanceTop<T>(heap: Head<T>[], before: Before<T>): void {
  const top = heap[0]!
  const next = top.source.next()
  if (next.done) {
    const last = heap.pop()!
    if (heap.length === 0) return
    heap[0] = last
  } else {
    top.item = next.value
  }
  let at = 0
  for (;;) {
    const left = 2 * at + 1
    let least = at
    if (left < heap.length && before(heap[left]!, heap[least]!)) least = left
    if (left + 1 < heap.length && before(heap[left + 1]!, heap[least]!)) least = left + 1
    if (least === at) return
    swap(heap, at, least)
    at = least
  }
}

function swap<T>(heap: Head<T>[], a: number, b: number): void {
  const held = heap[a]!
  heap[a] = heap[b]!
  heap[b] = held
}
