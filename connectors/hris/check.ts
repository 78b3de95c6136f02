import type { CheckContext } from '../../core/connector.ts'
import { checkFiles } from '../files/check-files.ts'
import type { FileBody } from '../files/file-body.ts'
import type { ReadBody } from '../files/read-files.ts'
import type { HrisOptions } from './options.ts'
import { bodyReader, kindOf } from './read.ts'
import { validateHris, type Rules, rulesFor } from './rules.ts'

/** Finds the export, reads its header, and says which column means what. */
export async function checkHris(context: CheckContext<HrisOptions>): Promise<string> {
  const { options } = context
  validateHris(options)
  let meaning = ''
  const readBody = bodyReader(options)
  const explain = (body: FileBody): ReturnType<ReadBody> =>
    readBody({
      ...body,
      announce(names) {
        meaning = sayColumns(rulesFor(options, names))
        body.announce(names)
      },
    })
  const sentence = await checkFiles(context, explain, kindOf(options))
  return meaning === '' ? sentence : `${sentence}; ${meaning}`
}

function sayColumns({ columns }: Rules): string {
  return Object.entries(columns)
    .map(([role, name]) => `${role} is "${name}"`)
    .join(', ')
}
