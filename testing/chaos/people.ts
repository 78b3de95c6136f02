import type { Random } from './random.ts'

/** A row of the chaos source. */
export interface ChaosPerson {
  readonly id: string
  readonly name: string
  readonly email: string
  /** `Admin` or `User`. */
  readonly role: string
  /** `ACTIVE` or `DEACTIVATED`. */
  readonly status: string
  readonly group: string
}

export const CHAOS_COLUMNS: readonly (keyof ChaosPerson)[] = ['id', 'name', 'email', 'role', 'status', 'group']

export const GROUPS = ['Sales', 'Support', 'Engineering', 'Finance', 'Legal']

export function createPerson(number: number): ChaosPerson {
  const id = `E-${String(number).padStart(5, '0')}`
  return {
    id,
    name: `Person ${number}`,
    email: `person${number}@example.com`,
    role: 'User',
    status: 'ACTIVE',
    group: GROUPS[number % GROUPS.length] ?? '',
  }
}

/** A company that changes a little from read to read, and keeps its size. */
export interface Company {
  people(): readonly ChaosPerson[]
  /** Somebody may leave, join, or be promoted. */
  passTime(random: Random): void
  /** So many leave at once, for good. */
  lose(count: number, random: Random): void
}

export function createCompany(size: number): Company {
  let people = Array.from({ length: size }, (_, index) => createPerson(index + 1))
  let last = size
  return {
    people: () => people,
    passTime(random) {
      if (random.chance(0.4)) people = without(people, random.below(people.length))
      while (people.length < size && random.chance(0.7)) people = [...people, createPerson(++last)]
      if (random.chance(0.5)) people = promoted(people, random.below(people.length))
    },
    lose(count, random) {
      for (let left = 0; left < count && people.length > 1; left++)
        people = without(people, random.below(people.length))
    },
  }
}

function without(people: readonly ChaosPerson[], index: number): ChaosPerson[] {
  return people.filter((_, each) => each !== index)
}

function promoted(people: readonly ChaosPerson[], index: number): ChaosPerson[] {
  return people.map((person, each) =>
    each === index ? { ...person, role: person.role === 'Admin' ? 'User' : 'Admin' } : person,
  )
}
