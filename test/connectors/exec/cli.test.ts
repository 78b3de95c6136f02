import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ACCOUNTS, only, person, withOffice } from '../../support/cli.ts'
import { isDead, isGone, pidIn } from './fixture.ts'

const PEOPLE = [1, 2, 3].map((number) => JSON.stringify(person(number)))
const END = JSON.stringify({ 'vanta-sync': { complete: true, rows: PEOPLE.length } })

function config({ url }: { url: string }): string {
  return `vanta:
  baseUrl: ${url}
  limits: { tokenRequests: 1000, resourceRequests: 1000 }
applications:
  people-x:
    clientId: { env: PEOPLE_X_CLIENT_ID }
    clientSecret: { env: PEOPLE_X_CLIENT_SECRET }
connectors:
  people:
    use: exec
    with:
      command: [sh, ./people.sh]
      secretEnv: { TOKEN: { env: HR_TOKEN } }
resources:
  people-x-accounts:
    type: user_account
    resourceId: ${ACCOUNTS}
    from: [{ connector: people }]
`
}

test('a program feeds a resource; when it fails or says too little, nothing is pushed', () =>
  withOffice({ config }, async (office) => {
    office.env['HR_TOKEN'] = 'hush-hush-token'
    await office.write(
      'people.sh',
      `[ "$TOKEN" = hush-hush-token ] || exit 9\ncat <<'X'\n${[...PEOPLE, END].join('\n')}\nX`,
    )
    const pushed = await office.json('run')
    expect(pushed.exitCode).toBe(0)
    expect(office.held()).toHaveLength(3)

    await office.write('people.sh', `cat <<'X'\n${PEOPLE[0]}\nX`)
    const silent = await office.json('run')
    expect([silent.exitCode, only(silent).error?.code]).toEqual([12, 'source-incomplete'])

    await office.write('people.sh', `echo '${PEOPLE[0]}'; echo "no access with $TOKEN" >&2; exit 3`)
    const failed = await office.json('run')
    expect([failed.exitCode, only(failed).error?.code]).toEqual([12, 'exec-exit-code'])
    expect(only(failed).error?.message).toContain('sh ended with code 3; its last words: no access with [secret]')
    expect(office.held()).toHaveLength(3)
  }))

test('a command that is stopped, or told twice to stop, takes the program and its children with it', () =>
  withOffice({ config }, async (office) => {
    office.env['HR_TOKEN'] = 'hush-hush-token'
    const family = `rm -f child\nsh -c 'trap "" TERM; echo $$ > child; while :; do sleep 1; done' &\necho $$ > self\nwait; sleep 60`
    await office.write('people.sh', family)
    for (const signals of [1, 2]) {
      await office.write('self', '')
      await office.write('child', '')
      const running = office.start('run')
      const [self, child] = [await pidIn(join(office.folder, 'self')), await pidIn(join(office.folder, 'child'))]
      for (let sent = 0; sent < signals; sent++) running.kill('SIGTERM')
      expect((await running.result).code).toBe(143)
      await new Promise((resolve) => setTimeout(resolve, 100))
      expect([isGone(self), isDead(child)]).toEqual([true, true])
    }
  }))
