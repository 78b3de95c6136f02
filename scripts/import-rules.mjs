// The rooms of the house and the doors between them. A rule names what a room may import besides itself and packages,
// and why; docs/architecture.md draws the same picture.

const CONTRACT = ['connector', 'errors', 'clock', 'secret', 'secret-forms', 'log', 'options'].map(
  (name) => `core/${name}.ts`,
)

/** What a connector that talks to the network may use besides: why a connection failed, and whom to trust. */
const NETWORK = ['core/network/failure.ts', 'core/network/trust.ts']

/**
 * The first room whose `holds` begins the file's path is the file's room. A path that ends with `/` is a folder.
 * `own` is what the room may always see of itself; absent, it is `holds`.
 */
const ROOMS = [
  {
    name: 'index.ts',
    holds: 'index.ts',
    may: [...CONTRACT, 'core/text/'],
    why: 'it hands the contract to connector modules, and they must not drag the program along',
  },
  {
    name: 'schemas',
    holds: 'schemas/',
    may: ['core/text/'],
    why: 'resource types are plain facts that everything else stands on',
  },
  {
    name: 'core',
    holds: 'core/',
    may: ['schemas/'],
    why: 'the pipeline knows no connector, no config file and no terminal',
  },
  {
    name: 'config',
    holds: 'config/',
    may: ['core/', 'schemas/'],
    why: 'it turns a file into settings; connectors are handed to it',
  },
  {
    name: 'sandbox',
    holds: 'sandbox/',
    may: ['schemas/', 'core/text/', 'core/clock.ts'],
    why: 'a Vanta that shared code with its client would share its mistakes',
  },
  {
    name: 'server',
    holds: 'server/',
    may: ['core/', 'schemas/'],
    why: 'it shows what the core did and passes on what people decide; whoever runs things is handed to it',
  },
  {
    name: 'notify',
    holds: 'notify/',
    may: ['core/', 'schemas/'],
    why: 'it delivers what the core decided to tell, and runs without a daemon',
  },
  {
    name: 'daemon',
    holds: 'daemon/',
    may: ['core/', 'notify/', 'schemas/', 'server/'],
    why: 'it runs what the core does when it is due; config and connectors are handed to it',
  },
  {
    name: 'testing',
    holds: 'testing/',
    may: ['core/', 'schemas/', 'sandbox/'],
    why: 'it tests any connector that it is given, as the runner would use it',
  },
  {
    name: 'cli',
    holds: 'cli/',
    may: [
      'index.ts',
      'config/',
      'connectors/',
      'core/',
      'daemon/',
      'notify/',
      'sandbox/',
      'schemas/',
      'server/',
      'testing/',
    ],
    why: 'it sits on top',
  },
]

/** An external sort, for connectors that must see all rows of one person together. */
const SORT = ['core/stage/']

/** What several connectors share: where files come from, how tables are read, how HTTP is spoken. In building order. */
const SHARED = ['connectors/network/', 'connectors/files/', 'connectors/tables/']

/** The room of a file, by its path from the root; undefined when no rule covers it. */
export function roomOf(file) {
  return connectorRoom(file) ?? ROOMS.find(({ holds }) => file.startsWith(holds))
}

function connectorRoom(file) {
  const [top, folder, inner] = file.split('/')
  if (top !== 'connectors') return undefined
  if (inner === undefined) {
    return {
      name: 'connectors',
      holds: 'connectors/',
      may: ['core/', 'schemas/', 'index.ts', 'testing/'],
      why: 'registry and loader know all connectors, the core, and what modules may import',
    }
  }
  const own = `connectors/${folder}/`
  const level = SHARED.indexOf(own)
  const shared = level === -1 ? SHARED : SHARED.slice(0, level)
  const may = [...CONTRACT, ...NETWORK, ...SORT, 'core/text/', ...shared]
  return {
    name: `connectors/${folder}`,
    holds: own,
    may,
    why: 'a connector stands alone: it knows the contract, and no other connector',
  }
}

/** The sentence that says what is wrong with `from` importing `to`, or undefined when it may. */
export function judgeImport(from, to) {
  const room = roomOf(from)
  if (!room || to.startsWith(room.holds)) return undefined
  if (room.may.some((allowed) => to === allowed || (allowed.endsWith('/') && to.startsWith(allowed)))) return undefined
  return `${room.name} may not import ${to}: ${room.why}. ${remedyFor(room, to)}`
}

function remedyFor({ name, may }, to) {
  if (to.startsWith('cli/')) return 'Nothing imports cli: pass what is needed in as an argument.'
  if (to.startsWith('test/')) return 'Code that ships does not depend on tests: move what both need into a room.'
  if (name === 'core' && to.startsWith('connectors/')) return 'Take the connector as an argument of type Connector.'
  if (name.startsWith('connectors/') && to.startsWith('connectors/'))
    return `Move what both need to ${SHARED.join(' or ')}.`
  const doors = may.length === 0 ? 'only itself and packages' : `itself, packages, ${may.join(', ')}`
  return `It may import ${doors}: move the code to where both may see it, or pass it in.`
}
