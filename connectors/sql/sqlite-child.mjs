// Reads a file of SQLite in a process of its own. SQLite computes without a pause and cannot be interrupted from Node, so
// what waits for it must be able to go on, and to end it. Plain JavaScript, because Node starts it as it is.
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const require = createRequire(import.meta.url)

/** One face for `node:sqlite` and `libsql`: rows as lists, whole numbers as bigints, columns known before the first row. */
function open(path) {
  const builtIn = process.getBuiltinModule?.('node:sqlite')
  const isWhole = builtIn?.StatementSync.prototype.setReturnArrays && builtIn.StatementSync.prototype.columns
  return isWhole ? openBuiltIn(builtIn, path) : openLibsql(path)
}

function openBuiltIn({ DatabaseSync }, path) {
  const database = new DatabaseSync(path, { readOnly: true })
  return {
    exec: (sql) => database.exec(sql),
    prepare(sql) {
      const statement = database.prepare(sql)
      statement.setReturnArrays(true)
      statement.setReadBigInts(true)
      return statement
    },
    close: () => database.close(),
  }
}

function openLibsql(path) {
  const Database = require('libsql')
  const database = new Database(`${pathToFileURL(path).href}?mode=ro`)
  return {
    exec: (sql) => database.exec(sql),
    prepare(sql) {
      const statement = database.prepare(sql)
      // One that gives no rows takes none of these settings.
      return statement.reader ? statement.raw(true).safeIntegers(true) : { columns: () => [] }
    },
    close: () => database.close(),
  }
}

let database
let rows

const METHODS = {
  open({ path, waitMs }) {
    database = open(path)
    database.exec(`pragma busy_timeout = ${waitMs}`)
    database.exec('pragma query_only = 1')
    database.exec('begin')
    // Until something is read, a deferred transaction sees no snapshot and a file that is no database goes unnoticed.
    const version = database.prepare('select sqlite_version(), count(*) from sqlite_schema').all()[0][0]
    return { version }
  },
  start({ text, parameters }) {
    const statement = database.prepare(text)
    const columns = statement.columns().map(({ name }) => name)
    rows = columns.length === 0 ? undefined : statement.iterate(...parameters)
    return { columns }
  },
  next({ count }) {
    const batch = []
    while (batch.length < count) {
      const { done, value } = rows.next()
      if (done) return { batch, done: true }
      batch.push(value)
    }
    return { batch, done: false }
  },
  close() {
    database?.close()
    return {}
  },
}

process.on('message', ({ method, argument }) => {
  try {
    process.send({ value: METHODS[method](argument) })
  } catch (error) {
    process.send({ error: { message: error.message, code: codeOf(error) } })
  }
})

/** SQLite's own number without its extension; libsql hides the one of opening in its message. */
function codeOf({ errcode, rawCode, message }) {
  const number = errcode ?? rawCode ?? Number(/: (\d+)"?\)?$/.exec(message)?.[1] ?? 0)
  return number & 0xff
}
