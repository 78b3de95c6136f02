import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { VantaSpec } from '../core/resource.ts'
import { isLoopback, normalBaseUrl } from './formats.ts'
import type { Reading } from './reading.ts'
import { fileFailure } from './resolve-reference.ts'
import { DEFAULT_LIMITS } from './schema.ts'
import { errorCode } from './source.ts'
import type { WrittenVanta } from './written-config.ts'

const BASE_URLS = { commercial: 'https://api.vanta.com', gov: 'https://api.vanta-gov.com' } as const

/** Answer every request with a redirect, which is not followed: it would lose the token or the body. */
const REDIRECTING_HOSTS = ['api.eu.vanta.com', 'api.aus.vanta.com']

export async function buildVanta(reading: Reading, written: WrittenVanta = {}): Promise<VantaSpec> {
  const { report } = reading
  if (written.region !== undefined && written.baseUrl !== undefined) {
    report.add({
      code: 'region-and-base-url',
      path: ['vanta', 'baseUrl'],
      message: 'stands beside region, which says the same',
      expected: 'one of the two',
    })
  }
  const baseUrl = baseUrlOf(written)
  if (written.limits !== undefined && !isLoopback(baseUrl)) {
    report.add({
      code: 'limits-not-allowed',
      path: ['vanta', 'limits'],
      message: "Vanta's limits cannot be changed",
      expected: 'limits only together with a baseUrl on this machine',
      pointAt: 'key',
    })
  }
  warnOfRedirect(reading, baseUrl)
  const ca = await readCertificates(reading, written.ca)
  return { baseUrl, limits: { ...DEFAULT_LIMITS, ...written.limits }, ...(ca === undefined ? {} : { ca }) }
}

function baseUrlOf(written: WrittenVanta): string {
  const own = written.baseUrl === undefined ? undefined : normalBaseUrl(written.baseUrl)
  return own ?? BASE_URLS[written.region ?? 'commercial']
}

function warnOfRedirect({ report }: Reading, baseUrl: string): void {
  if (!REDIRECTING_HOSTS.includes(new URL(baseUrl).hostname)) return
  report.warn(
    ['vanta', 'baseUrl'],
    `this host only redirects to ${BASE_URLS.commercial}, which serves all commercial tenants; use region: commercial`,
  )
}

async function readCertificates({ report, around }: Reading, file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined
  const at = { path: ['vanta', 'ca'], expected: 'a file of PEM certificates' }
  let text: string
  try {
    text = await readFile(path.resolve(around.folder, file), 'latin1')
  } catch (error) {
    report.add({ ...at, code: 'ca-unreadable', message: `the file ${fileFailure(errorCode(error))}` })
    return undefined
  }
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  if (certificates.length === 0) {
    report.add({ ...at, code: 'ca-unreadable', message: 'the file holds no certificate' })
    return undefined
  }
  const bad = certificates.findIndex((certificate) => !isCertificate(certificate))
  if (bad === -1) return `${certificates.join('\n')}\n`
  report.add({ ...at, code: 'ca-unreadable', message: `certificate ${bad + 1} of the file cannot be read` })
  return undefined
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined
  } catch {
    return false
  }
}
