/** The people of a read as a mistaken export would give them. */
import type { ChaosFault } from './faults.ts'
import { type ChaosPerson, GROUPS } from './people.ts'
import type { Random } from './random.ts'

type Spoil = (people: readonly ChaosPerson[], random: Random) => ChaosPerson[]

const SPOILS: Readonly<Partial<Record<ChaosFault, Spoil>>> = {
  'gives equal rows twice': (people, random) => [...people, ...some(people, random, 3)],
  'gives two people one id': (people, random) => [
    ...people,
    ...some(people, random, 2).map((person) => ({ ...person, name: `Not ${person.name}` })),
  ],
  'gives rows that are invalid': (people, random) => changeSome(people, random, spoilOne),
  'gives a row without an id': (people, random) => {
    const nobody = random.below(people.length)
    return people.map((person, index) => (index === nobody ? { ...person, id: ' ' } : person))
  },
  'gives blank rows': (people) => people.flatMap((person, index) => (index % 9 === 0 ? [BLANK, person] : [person])),
  'gives nobody': () => [],
  'gives half of the people': (people) => people.slice(0, Math.floor(people.length / 2)),
  'gives everybody a new id': (people) => people.map((person) => ({ ...person, id: person.id.replace('E', 'X') })),
  'leaves a group out': (people, random) => {
    const gone = random.pick(GROUPS)
    return people.filter(({ group }) => group !== gone)
  },
  'moves a group': (people, random) => {
    const moved = random.pick(GROUPS)
    return people.map((person) => (person.group === moved ? { ...person, group: 'Elsewhere' } : person))
  },
  'changes everybody': (people) => people.map((person) => ({ ...person, name: `${person.name} Esq.` })),
  'deactivates many': (people) =>
    people.map((person, index) => (index % 3 === 0 ? { ...person, status: 'DEACTIVATED' } : person)),
  'gives another order': (people, random) => random.shuffled(people),
}

const BLANK: ChaosPerson = { id: '', name: ' ', email: '', role: '', status: '', group: '' }

/** How an invalid row may look; none of them keeps its id from being read. */
const MISTAKES: readonly Partial<ChaosPerson>[] = [
  { email: '' },
  { email: 'nobody' },
  { role: 'Emperor' },
  { status: 'SLEEPING' },
  { name: '' },
]

export function spoiled(
  people: readonly ChaosPerson[],
  fault: ChaosFault | undefined,
  random: Random,
): readonly ChaosPerson[] {
  const spoil = fault === undefined ? undefined : SPOILS[fault]
  return spoil === undefined ? people : spoil(people, random)
}

function some(people: readonly ChaosPerson[], random: Random, count: number): ChaosPerson[] {
  return random.shuffled(people).slice(0, count)
}

function changeSome(
  people: readonly ChaosPerson[],
  random: Random,
  change: (person: ChaosPerson, random: Random) => ChaosPerson,
): ChaosPerson[] {
  const chosen = new Set(some(people, random, 1 + random.below(3)))
  return people.map((person) => (chosen.has(person) ? change(person, random) : person))
}

function spoilOne(person: ChaosPerson, random: Random): ChaosPerson {
  return { ...person, ...random.pick(MISTAKES) }
}
