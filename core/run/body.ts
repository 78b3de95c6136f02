import { BlockedError } from '../errors.ts'
import { bodyFrame } from '../plan/part-builder.ts'
import type { Plan, PlanPart } from '../plan/plan.ts'

/** What the API takes in one PUT, in bytes. */
export const BODY_LIMIT = 10_485_760
/** Of the limit; what a list of resource ids is planned for, so that ordinary growth does not hit it. */
const TARGET_SHARE = 0.95
const NAMED_FIELDS = 3
/** Of one character in UTF-8. */
const MOST_BYTES = 4

/** The whole body of a PUT, record by record into its place: as one text it would be in memory twice. */
export function bodyOf(part: PlanPart): Buffer {
  const [before, after] = bodyFrame(part.resourceId)
  // Room for one character more: what is longer than planned shows, instead of being cut to fit.
  const whole = Buffer.allocUnsafe(part.bytes + MOST_BYTES)
  let end = whole.write(before)
  let separator = ''
  for (const { body } of part.records) {
    end += whole.write(separator, end)
    end += whole.write(body, end)
    separator = ','
  }
  end += whole.write(after, end)
  if (end !== part.bytes) throw new Error(`A body of ${part.bytes} bytes was planned, and ${end} were written`)
  return whole.subarray(0, end)
}

/** The error of a plan that no PUT can carry, with what weighs most and how many resource ids would do. */
export function tooLarge(plan: Plan, resource: string): BlockedError | undefined {
  const heaviest = plan.parts.reduce((a, b) => (b.bytes > a.bytes ? b : a))
  if (heaviest.bytes <= BODY_LIMIT) return undefined
  const total = plan.parts.reduce((sum, part) => sum + part.bytes, 0)
  const needed = Math.ceil(total / (BODY_LIMIT * TARGET_SHARE))
  const which = plan.parts.length === 1 ? 'One PUT' : `The PUT for resource id ${heaviest.resourceId}`
  return new BlockedError(
    'too-large',
    `${which} of ${resource} would have ${bytes(heaviest.bytes)}; Vanta takes ${bytes(BODY_LIMIT)}. Heaviest fields: ${heavyFields(heaviest)}`,
    {
      hint: `Declare more resources of this type in the Developer Console and list their ids as resourceId: ${needed} would do. Or map less into the heaviest fields.`,
    },
  )
}

function heavyFields(part: PlanPart): string {
  const sizes = new Map<string, number>()
  for (const { body } of part.records) {
    for (const [name, value] of Object.entries(JSON.parse(body) as Record<string, unknown>)) {
      sizes.set(name, (sizes.get(name) ?? 0) + Buffer.byteLength(JSON.stringify(value)) + name.length + 4)
    }
  }
  const sorted = [...sizes].sort((a, b) => b[1] - a[1]).slice(0, NAMED_FIELDS)
  return sorted.map(([name, size]) => `${name} (${Math.round((100 * size) / part.bytes)} %)`).join(', ')
}

function bytes(number: number): string {
  return `${number.toLocaleString('en-US')} bytes`
}
