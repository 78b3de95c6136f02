import { defineConnector } from '../../core/connector.ts'
import { checkLdap } from './check.ts'
import { LDAP_OPTIONS } from './options.ts'
import { checkLdapOptions } from './plan.ts'
import { readLdap } from './read.ts'

/** People, computers and groups from directories: OpenLDAP, 389 Directory Server, Active Directory. */
export const ldapConnector = defineConnector({
  apiVersion: 1,
  name: 'ldap',
  options: LDAP_OPTIONS,
  validate: checkLdapOptions,
  check: checkLdap,
  read: readLdap,
})
