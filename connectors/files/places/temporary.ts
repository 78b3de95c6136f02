const ENDINGS = ['~', '.tmp', '.temp', '.part', '.partial', '.filepart', '.crdownload', '.swp']

/** Does a program use such a name for a file that it has not finished, or that people should not see? */
export function isTemporaryName(name: string): boolean {
  const lower = name.toLowerCase()
  return lower.startsWith('.') || lower.startsWith('~$') || ENDINGS.some((ending) => lower.endsWith(ending))
}
