import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { findProgram } from '../support/service.ts'
import { runProgram } from '../support/run-program.ts'

const ROOT = join(import.meta.dirname, '../..')

function read(name: string): string {
  return readFileSync(join(ROOT, name), 'utf8')
}

describe('the image', () => {
  it('is built from every folder that the compiler reads, and from nothing that is not named', () => {
    const { include } = JSON.parse(read('tsconfig.json')) as { include: string[] }
    const lines = read('.dockerignore').split('\n')
    expect(lines).toContain('*')
    expect(include.filter((name) => !lines.includes(`!${name}`))).toEqual([])
  })

  it('copies only files that exist and that .dockerignore lets through', () => {
    const lines = read('.dockerignore').split('\n')
    const copies = read('Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)
    const names = [...copies].flatMap(([, list = '']) => list.split(' ')).filter((name) => name !== '.')
    expect(names).toContain('package-lock.json')
    expect(names.filter((name) => !existsSync(join(ROOT, name)) || !lines.includes(`!${name}`))).toEqual([])
  })

  it('runs as a user given by number that is not root, and installs without scripts of packages', () => {
    expect(read('Dockerfile')).toMatch(/^USER 1000:0$/m)
    const installs = [...read('Dockerfile').matchAll(/npm ci .*$/gm)].map(([line]) => line)
    expect(installs).toEqual(['npm ci --ignore-scripts', 'npm ci --omit=dev --ignore-scripts'])
  })

  it('installs drivers in the versions that the tests run with', () => {
    const { devDependencies } = JSON.parse(read('package.json')) as { devDependencies: Record<string, string> }
    const [, list = ''] = /^ARG DRIVERS="(.+)"$/m.exec(read('Dockerfile')) ?? []
    const named = [...list.split(' '), ...read('docs/docker.md').matchAll(/(?<=[" ])[a-z0-9-]+@[\d.]+/g)].map(String)
    expect(named.length).toBeGreaterThan(4)
    const wrong = named.filter((each) => devDependencies[each.replace(/@.*/, '')] !== each.replace(/.*@/, ''))
    expect(wrong).toEqual([])
  })

  it('is run by compose.yaml with nothing that it does not need', () => {
    const { services, secrets, volumes } = parse(read('compose.yaml')) as {
      services: Record<string, { volumes: string[] }>
      secrets: object
      volumes: object
    }
    expect(services['vanta-sync']).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      secrets: Object.keys(secrets),
    })
    const mounts = services['vanta-sync']?.volumes ?? []
    expect(mounts.filter((mount) => !mount.endsWith(':ro'))).toEqual(
      Object.keys(volumes).map((name) => `${name}:/data`),
    )
  })
})

describe('the shell scripts', () => {
  it.each(['.ci/run', 'scripts/image-test.sh'])(
    'of which %s is one, stop at the first failure and can be parsed',
    async (name) => {
      const bash = findProgram('bash') ?? 'bash'
      expect(await runProgram(bash, ['-n', join(ROOT, name)])).toEqual({ code: 0, stdout: '', stderr: '' })
      expect(read(name)).toMatch(/^#!\/usr\/bin\/env bash\n(#.*\n)+set -euo pipefail$/m)
    },
  )
})
