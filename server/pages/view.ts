/** What every page knows besides what it shows. */
import type { Access } from '../page-deps.ts'
import type { Viewer } from '../viewer.ts'
import type { When } from './when.ts'

export interface View extends When {
  readonly viewer: Viewer
  readonly access: Access
  /** Path and query of this page: where a form leads back to. */
  readonly here: string
  readonly version: string
  /** Of the assets, so that a browser never mixes two versions. */
  readonly stamp: string
  /** Holds that wait for a decision. */
  readonly waiting: number
}
