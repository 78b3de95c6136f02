import { ConfigError, OperatorError } from '../../../core/errors.ts'
import { nearestName } from '../../../core/text/nearest.ts'
import type { Sheet, Workbook } from './workbook.ts'

/**
 * The sheet that is asked for, by its name or by its number from 1; without a wish the only visible one.
 * @throws OperatorError when there are several and none was named; ConfigError when there is no such sheet
 */
export function chooseSheet({ name, sheets }: Workbook, wish: string | undefined): Sheet {
  if (wish === undefined) return onlySheet(name, sheets)
  const byName = sheets.find((sheet) => sheet.name.toLowerCase() === wish.trim().toLowerCase())
  const byNumber = /^\d+$/.test(wish) ? sheets[Number(wish) - 1] : undefined
  const found = byName ?? byNumber
  if (found !== undefined) return found
  const names = sheets.map((sheet) => sheet.name)
  const nearest = nearestName(wish, names)
  const hint = nearest === undefined ? `Its sheets: ${names.join(', ')}.` : `Did you mean ${nearest}?`
  throw new ConfigError('xlsx-sheet', `${name} has no sheet "${wish}"`, { hint })
}

function onlySheet(name: string, sheets: readonly Sheet[]): Sheet {
  const visible = sheets.filter(({ isHidden }) => !isHidden)
  const [only] = visible
  if (only !== undefined && visible.length === 1) return only
  throw new OperatorError(
    'xlsx-sheet',
    `${name} has ${visible.length} visible sheets, and nothing says which to read`,
    {
      hint: `Set \`sheet\` to one of: ${sheets.map((sheet) => sheet.name).join(', ')}.`,
    },
  )
}
