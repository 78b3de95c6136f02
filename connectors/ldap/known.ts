/** What is known of attributes, whether a server shows its schema or not. Names are in lower case. */
import type { Kind } from './values.ts'

function setOf(names: string): ReadonlySet<string> {
  return new Set(names.trim().split(/\s+/))
}

/** Lists in every row. Their schema says so too, but is not always to be had. */
export const LISTS = setOf(`
  directreports gosamailalternateaddress groupmembership mailalias mailalternateaddress mailforwardingaddress
  managedobjects member memberof memberuid nsroledn objectclass otherfacsimiletelephonenumber otherhomephone othermailbox
  othermobile otherpager othertelephone proxyaddresses rfc822mailmember roleoccupant serviceprincipalname sidhistory
  sshpublickey tokengroups uniquemember url usercertificate usersmimecertificate
`)

/** The schema allows several values, and everybody means one: the first. */
export const TEXTS = setOf(`
  businesscategory c cn co commonname company countryname dc department departmentnumber description destinationindicator
  displayname distinguishedname division dnshostname email emailaddress employeeid employeenumber employeetype entrydn
  entryuuid facsimiletelephonenumber friendlycountryname fqdn gecos generationqualifier gidnumber givenname gn hometelephonenumber
  homedirectory homephone homepostaladdress host houseidentifier info initials iphostnumber l labeleduri localityname location
  loginshell macaddress mail manager middlename mobile mobiletelephonenumber name nsuniqueid o operatingsystem
  operatingsystemservicepack operatingsystemversion organizationalunitname organizationname ou owner pager personaltitle
  physicaldeliveryofficename postaladdress postalcode postofficebox preferredlanguage primarygroupid rfc822mailbox roomnumber
  samaccountname secretary seealso serialnumber sn st stateorprovincename street streetaddress surname telephonenumber title uid
  uidnumber useraccountcontrol userid userprincipalname wwwhomepage x500uniqueidentifier
`)

export const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ...kind('guid', 'objectguid ms-ds-consistencyguid msexchmailboxguid msexcharchiveguid'),
  ...kind('sid', 'objectsid sidhistory tokengroups securityidentifier msexchmasteraccountsid'),
  ...kind(
    'bytes',
    'jpegphoto thumbnailphoto thumbnaillogo audio photo usercertificate cacertificate userpkcs12 usersmimecertificate ' +
      'logonhours msexchblockedsendershash msexchsaferecipientshash msexchsafesendershash',
  ),
  ...kind(
    'filetime',
    'accountexpires badpasswordtime lastlogoff lastlogon lastlogontimestamp lockouttime pwdlastset ' +
      'msds-lastsuccessfulinteractivelogontime msds-lastfailedinteractivelogontime ' +
      'msds-userpasswordexpirytimecomputed',
  ),
  ...kind(
    'time',
    'whencreated whenchanged createtimestamp modifytimestamp pwdaccountlockedtime pwdchangedtime pwdlastsuccess ' +
      'authtimestamp krbprincipalexpiration krbpasswordexpiration krblastpwdchange nsaccountlocktime lastlogintime',
  ),
])

/** Hashes and keys of people. They are never asked for, and dropped when a server sends them unasked. */
export const FORBIDDEN = setOf(`
  userpassword authpassword unicodepwd dbcspwd lmpwdhistory ntpwdhistory supplementalcredentials sambantpassword
  sambalmpassword sambapasswordhistory krbprincipalkey krbextradata ipanthash ipatokenotpkey pwdhistory passwordhistory
  ms-mcs-admpwd mslaps-password mslaps-encryptedpassword mslaps-encryptedpasswordhistory msds-managedpassword
  nsds5replicacredentials
`)

/** Syntaxes (RFC 4517, and Microsoft's) whose values are no text. */
export const SYNTAX_KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['1.3.6.1.4.1.1466.115.121.1.4', 'bytes'],
  ['1.3.6.1.4.1.1466.115.121.1.5', 'bytes'],
  ['1.3.6.1.4.1.1466.115.121.1.8', 'bytes'],
  ['1.3.6.1.4.1.1466.115.121.1.9', 'bytes'],
  ['1.3.6.1.4.1.1466.115.121.1.10', 'bytes'],
  ['1.3.6.1.4.1.1466.115.121.1.23', 'bytes'],
  ['1.3.6.1.4.1.1466.115.121.1.28', 'bytes'],
  ['1.3.6.1.4.1.1466.115.121.1.40', 'bytes'],
  ['1.2.840.113556.1.4.907', 'bytes'],
  ['1.3.6.1.4.1.1466.115.121.1.24', 'time'],
  ['1.3.6.1.4.1.1466.115.121.1.53', 'time'],
])

function kind(value: Kind, names: string): readonly (readonly [string, Kind])[] {
  return names.split(' ').map((name) => [name, value] as const)
}
