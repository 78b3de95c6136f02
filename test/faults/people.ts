/** The truth of a scenario: who works here, and how that changes from day to day. */
import type { Random } from '../../testing/chaos/random.ts'

export interface Person {
  readonly id: string
  readonly name: string
  readonly email: string
  /** `Admin` or `User`; anything else is a mistake of a source. */
  readonly role: string
  readonly status: string
}

export interface Crowd {
  people(): readonly Person[]
  /** Somebody may join, leave, change, be deactivated, come back. */
  passTime(random: Random): void
  /** A department is closed: many leave at once, and that is the truth. */
  close(share: number, random: Random): void
}

export function createCrowd(size: number, prefix: string): Crowd {
  let people: Person[] = []
  let last = 0
  const former: Person[] = []
  const join = (): void => void people.push(newcomer(++last, prefix))
  for (let count = 0; count < size; count++) join()

  function leave(random: Random): void {
    if (people.length <= 2) return
    former.push(...people.splice(random.below(people.length), 1))
  }

  function change(random: Random): void {
    const index = random.below(people.length)
    const person = people[index]
    if (person !== undefined) people[index] = changed(person, random)
  }

  return {
    people: () => people,
    passTime(random) {
      people = [...people]
      for (let count = random.below(3); count > 0; count--) join()
      for (let count = random.below(3); count > 0; count--) leave(random)
      for (let count = random.below(4); count > 0; count--) change(random)
      const back = random.chance(0.2) ? former.pop() : undefined
      if (back !== undefined) people.push({ ...back, status: 'ACTIVE' })
    },
    close(share, random) {
      people = [...people]
      for (let count = Math.floor(people.length * share); count > 0; count--) leave(random)
    },
  }
}

function newcomer(number: number, prefix: string): Person {
  const id = `${prefix}-${String(number).padStart(5, '0')}`
  return { id, name: `Person ${id}`, email: `${id.toLowerCase()}@example.com`, role: 'User', status: 'ACTIVE' }
}

function changed(person: Person, random: Random): Person {
  switch (random.below(4)) {
    case 0:
      return { ...person, role: person.role === 'Admin' ? 'User' : 'Admin' }
    case 1:
      return { ...person, name: `${person.name}x`.slice(0, 60) }
    case 2:
      return { ...person, email: `${random.below(1000)}.${person.id.toLowerCase()}@example.com` }
    default:
      return { ...person, status: person.status === 'ACTIVE' && random.chance(0.3) ? 'DEACTIVATED' : 'ACTIVE' }
  }
}

const LEVELS: Readonly<Record<string, string>> = { Admin: 'ADMIN', User: 'BASE' }

/** What Vanta must hold of the row, told independently of the runner; undefined when no rule lets the row through. */
export function bodyOf({ name, email, role, status }: Person): string | undefined {
  const level = LEVELS[role]
  const valid =
    name.trim() !== '' && email.includes('@') && level !== undefined && /^(ACTIVE|DEACTIVATED)$/.test(status)
  return valid ? JSON.stringify([name, email, level, status]) : undefined
}

/** The same of a record that Vanta holds. */
export function heldBody(record: Readonly<Record<string, unknown>>): string {
  return JSON.stringify([record['displayName'], record['email'], record['permissionLevel'], record['status']])
}

export function isActive(body: string | undefined): boolean {
  return body?.endsWith('"ACTIVE"]') === true
}
