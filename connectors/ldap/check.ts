import type { CheckContext } from '../../core/connector.ts'
import { OperatorError } from '../../core/errors.ts'
import { checkBranch } from './branches.ts'
import { tellLogin } from './login.ts'
import type { LdapOptions } from './options.ts'
import { checkLdapOptions, createPlan, type ReadPlan } from './plan.ts'
import { searchPages } from './search.ts'
import { openSession, type Session } from './session.ts'
import { refusalOf, type Searched, type Stop, sayStop } from './stop.ts'

type Context = CheckContext<LdapOptions>

/** Connects, binds, looks at the base, and reads the first page; says what it saw. */
export async function checkLdap(context: Context): Promise<string> {
  checkLdapOptions(context.options)
  const session = await openSession(context)
  try {
    const plan = await createPlan(session, context)
    await checkBase(session, plan, context)
    const first = await firstPage(session, plan, context)
    await tellLogin(session, context)
    return describe(session, plan, { first, context })
  } finally {
    session.channel.close()
  }
}

async function checkBase({ channel, server }: Session, { spec }: ReadPlan, { options }: Context): Promise<void> {
  const elsewhere = await checkBranch(channel, spec.base, { what: 'the base', server, bindDn: options.bindDn })
  if (elsewhere !== undefined) throw incomplete(elsewhere, { server, base: spec.base, filter: 'the base' })
}

/** How many entries the first page holds. */
async function firstPage(session: Session, plan: ReadPlan, { options }: Context): Promise<number> {
  const paging = { size: options.pageSize, support: session.root.paging }
  const pages = searchPages(session.channel, plan.spec, paging)
  let seen = 0
  let step = await pages.next()
  for (; step.done !== true && seen < options.pageSize; step = await pages.next()) seen += step.value.length
  if (step.done !== true || step.value.stop === undefined) return Math.min(seen, options.pageSize)
  const { stop } = step.value
  const searched = { filter: plan.filter, base: plan.spec.base, server: session.server }
  throw refusalOf(stop, searched, options.bindDn) ?? incomplete(stop, searched)
}

function incomplete(stop: Stop, searched: Searched): OperatorError {
  const hint = 'A read would be incomplete, and nothing would be pushed.'
  return new OperatorError('ldap-incomplete', sayStop(stop, searched), { hint })
}

function describe(
  { server, root, directory, encryption }: Session,
  { spec, filter }: ReadPlan,
  { first, context }: { first: number; context: Context },
): string {
  const who = context.options.bindDn === undefined ? 'anonymously' : 'as bindDn'
  const paging = root.paging === 'yes' ? 'reads by pages' : 'does not say that it can read by pages'
  const count = `${first} ${first === 1 ? 'entry' : 'entries'} on the first page`
  return `${server} is ${root.product} (${directory}), ${encryption}, read ${who}, ${paging}; ${count} of ${filter} below ${spec.base}`
}
