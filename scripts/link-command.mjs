import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { platform } from 'node:process'

/**
 * Lets `npx vanta-sync` find the command of its own checkout. npm links the commands of dependencies only, and without
 * the link npx installs the checkout into its cache first: slow, with the registry's help, and with a question.
 */
export function linkCommand(root) {
  // On Windows a command is a .cmd file that npm writes; npx's own, slower way works there.
  if (platform === 'win32' || !existsSync(join(root, 'node_modules'))) return
  const bin = join(root, 'node_modules', '.bin')
  mkdirSync(bin, { recursive: true })
  rmSync(join(bin, 'vanta-sync'), { force: true })
  symlinkSync('../../dist/cli/main.js', join(bin, 'vanta-sync'))
}
