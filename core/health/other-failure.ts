/** What ends a run though every connection works. */
import { type ErrorDocument, EXIT } from '../errors.ts'
import { connectorOf } from './login.ts'

interface Meaning {
  readonly says: string
  readonly remedy: string
}

const MEND = 'Mend the rows that the plan names, at their source; what Vanta holds stays until then.'

const NO_VALUE: Meaning = {
  says: 'A secret, or another value that is kept elsewhere, cannot be had',
  remedy: 'Check the variable, file or command that the configuration names for it: `vanta-sync validate` says which.',
}

const BY_CODE: Readonly<Record<string, Meaning>> = {
  'variable-missing': NO_VALUE,
  'variable-empty': NO_VALUE,
  'exec-failed': NO_VALUE,
  'not-text': NO_VALUE,
  'invalid-records': { says: 'Records are invalid, and onInvalid is block', remedy: MEND },
  'carried-too-long': { says: 'Records have been invalid for longer than carryFor allows', remedy: MEND },
  'row-without-id': { says: 'Rows have no id while records would leave', remedy: MEND },
  'too-large': {
    says: 'The set is larger than Vanta takes at a time',
    remedy: 'Give the resource a list of resource ids, so that the set is spread over them.',
  },
  'records-refused': {
    says: 'Vanta refuses a record, and with it the set',
    remedy: 'Look at the run: it names the row and the field. Mend the row or its mapping.',
  },
  'not-held': {
    says: 'Vanta confirmed the push, and then held something else',
    remedy: 'Look for another program that pushes to the same resource id.',
  },
  'source-timeout': {
    says: 'A source was not read to its end in time',
    remedy: 'Raise `timeout` of the resource when the source is healthy but slow.',
  },
  'lease-held': {
    says: 'Another run had the application to itself',
    remedy: 'Wait until it has ended: one at a time may use an application. A longer --wait waits for it.',
  },
  'other-plan': { says: 'The plan is not the one that was asked for', remedy: 'Look at the new plan, then run again.' },
  skipped: {
    says: 'It refers to another resource, which was not pushed',
    remedy: 'Mend the other resource first: this one follows by itself.',
  },
}

const BY_EXIT_CODE: Readonly<Record<number, Meaning>> = {
  [EXIT.blocked]: { says: 'Its records are not fit to be pushed', remedy: MEND },
  [EXIT.refused]: { says: 'Vanta refuses what was sent', remedy: 'Look at the run: it has what Vanta answered.' },
  [EXIT.unavailable]: { says: 'Vanta did not take the set', remedy: 'The next run tries again.' },
  [EXIT.lease]: {
    says: 'The application is not ours alone',
    remedy: 'One run at a time may use an application: see that no other one is under way.',
  },
  [EXIT.state]: {
    says: 'The state cannot be used',
    remedy: 'Check the rights and the disk of the folder that `state.path` names.',
  },
  [EXIT.config]: {
    says: 'The configuration does not fit what is there',
    remedy: '`vanta-sync validate` and `vanta-sync plan` say what must be corrected.',
  },
  [EXIT.interrupted]: { says: 'The run was interrupted', remedy: 'The next run starts from the beginning.' },
  [EXIT.terminated]: { says: 'The run was interrupted', remedy: 'The next run starts from the beginning.' },
}

const UNKNOWN: Meaning = {
  says: 'The run broke off',
  remedy: 'Look at the run. When it is a mistake of vanta-sync, report it with what `vanta-sync show` says.',
}

export function otherMeaning({ code, source }: ErrorDocument, exitCode: number): Meaning {
  const known = BY_CODE[code]
  if (known !== undefined) return known
  if (exitCode === EXIT.source || (source !== undefined && exitCode !== EXIT.config)) return ofSource(source)
  return BY_EXIT_CODE[exitCode] ?? UNKNOWN
}

function ofSource(source: string | undefined): Meaning {
  return {
    says: `${source ?? 'A source'} could not be read whole, so nothing was pushed`,
    remedy: `Look at the run for the place; \`vanta-sync test${source === undefined ? '' : ` ${connectorOf(source)}`}\` tries the source alone.`,
  }
}
