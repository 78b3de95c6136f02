import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../config/load.ts'
import { edited, GOOD, mistakes } from './fixture.ts'

function piece(pattern: RegExp): string {
  const found = pattern.exec(GOOD)?.[0]
  if (found === undefined) throw new Error(`the configuration has nothing like ${pattern.source}`)
  return found
}

/** What it is, the file, and what is said of it, each line after `vanta.config.yaml:`. */
/** Records that have no status. */
const SECRETS = GOOD.replace('user_account', 'secret').replace('authMethod: SSO', 'description: a key')

const CASES: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'an unknown key of a source',
    edited('        map:', '        mapp:'),
    ['20:9 resources.people.from[0].mapp: unknown key "mapp"; did you mean "map"?'],
  ],
  [
    'an unknown key at the top',
    edited('zone: E', 'zonne: E'),
    ['3:1 zonne: unknown key "zonne"; did you mean "zone"?'],
  ],
  [
    'an unknown key with nothing near',
    edited('zone: E', 'colour: E'),
    [
      '3:1 colour: unknown key "colour"; expected one of vanta, zone, applications, connectors, resources, defaults, tables, state, server, notify, metrics',
    ],
  ],
  [
    'an unknown key of the guard',
    edited('maxRemoved', 'maxRemove'),
    ['25:7 resources.people.guard.maxRemove: unknown key "maxRemove"; did you mean "maxRemoved"?'],
  ],
  [
    'an unknown key of vanta',
    edited('region: comm', 'regoin: comm'),
    ['2:3 vanta.regoin: unknown key "regoin"; did you mean "region"?'],
  ],
  [
    'a key that looks like a credential',
    edited('zone: E', 'vcs_abcdef: E'),
    [
      '3:1 [key that looks like a credential]: unknown key "[key that looks like a credential]"; expected one of vanta, zone, applications, connectors, resources, defaults, tables, state, server, notify, metrics',
    ],
  ],
  [
    'a key of defaults that only a resource has',
    `${GOOD}defaults:\n  type: user_account\n`,
    [
      '29:3 defaults.type: unknown key "type"; expected one of merge, onInvalid, carryFor, onGone, guard, verify, maxDataAge, timeout, schedule, maxAge',
    ],
  ],
  [
    'a region that does not exist',
    edited('commercial', 'comercial'),
    [
      '2:11 vanta.region: is text of 9 characters, and none of the known values; expected one of commercial, gov; did you mean "commercial"?',
    ],
  ],
  [
    'a region far from all',
    edited('commercial', 'europe'),
    ['2:11 vanta.region: is text of 6 characters, and none of the known values; expected one of commercial, gov'],
  ],
  [
    'a region beside a base URL',
    edited('region: commercial', 'region: commercial\n  baseUrl: https://api.vanta.com'),
    ['3:12 vanta.baseUrl: stands beside region, which says the same; expected one of the two'],
  ],
  [
    'a base URL without TLS',
    edited('region: commercial', 'baseUrl: http://vanta.example.com'),
    [
      '2:12 vanta.baseUrl: is no base URL; expected https and a host, as in https://api.vanta.com; http only for this machine; no path, query or password',
    ],
  ],
  [
    'a base URL with a path',
    edited('region: commercial', 'baseUrl: https://api.vanta.com/v2'),
    [
      '2:12 vanta.baseUrl: is no base URL; expected https and a host, as in https://api.vanta.com; http only for this machine; no path, query or password',
    ],
  ],
  [
    'a base URL with a password',
    edited('region: commercial', 'baseUrl: https://me:hunter2@api.vanta.com'),
    [
      '2:12 vanta.baseUrl: is no base URL; expected https and a host, as in https://api.vanta.com; http only for this machine; no path, query or password',
    ],
  ],
  [
    'limits for the real Vanta',
    edited('region: commercial', 'limits: { tokenRequests: 100 }'),
    [
      "2:3 vanta.limits: Vanta's limits cannot be changed; expected limits only together with a baseUrl on this machine",
    ],
  ],
  [
    'limits of zero',
    edited('region: commercial', 'baseUrl: http://127.0.0.1:8410\n  limits: { tokenRequests: 0 }'),
    ['3:28 vanta.limits.tokenRequests: is too small; expected at least 1'],
  ],
  [
    'a CA file that is missing',
    edited('region: commercial', 'ca: ./company.pem'),
    ['2:7 vanta.ca: the file does not exist; expected a file of PEM certificates'],
  ],
  [
    'a CA file without a certificate',
    edited('region: commercial', 'ca: ./secret.txt'),
    ['2:7 vanta.ca: the file holds no certificate; expected a file of PEM certificates'],
  ],
  [
    'a CA that is a directory',
    edited('region: commercial', 'ca: .'),
    ['2:7 vanta.ca: the file is a directory; expected a file of PEM certificates'],
  ],
  [
    'a zone that does not exist',
    edited('Europe/Berlin', 'Mars/Phobos'),
    ['3:7 zone: is no time zone; expected a name such as Europe/Berlin or UTC'],
  ],
  [
    'a zone as an offset',
    edited('Europe/Berlin', '+01:00'),
    ['3:7 zone: is no time zone; expected a name such as Europe/Berlin or UTC'],
  ],
  [
    'a secret in plain text',
    edited('{ env: PEOPLE_X_SECRET }', 'vcs_plain'),
    [
      '7:19 applications.people-x.clientSecret: is a secret, and may not stand in the file as it is; expected { env: NAME }, { file: path } or { exec: [cmd, …] }',
    ],
  ],
  [
    'a secret without a value',
    edited(' { env: PEOPLE_X_SECRET }', ''),
    [
      '7:5 applications.people-x.clientSecret: has no value; expected { env: NAME }, { file: path } or { exec: [cmd, …] }',
    ],
  ],
  [
    'a variable that is not set',
    edited('PEOPLE_X_CLIENT_ID', 'PEOPLE_Y_CLIENT_ID'),
    [
      '6:15 applications.people-x.clientId: the environment variable PEOPLE_Y_CLIENT_ID is not set; expected a value in the environment of this process',
    ],
  ],
  [
    'a secret variable that is empty',
    edited('PEOPLE_X_SECRET', 'EMPTY'),
    [
      '7:19 applications.people-x.clientSecret: the environment variable EMPTY is empty; expected a value in the environment of this process',
    ],
  ],
  [
    'a secret file that is missing',
    edited('{ env: PEOPLE_X_SECRET }', '{ file: ./nowhere.txt }'),
    [
      '7:19 applications.people-x.clientSecret: the file ./nowhere.txt does not exist; expected a small text file that holds the value',
    ],
  ],
  [
    'a secret file that is empty',
    edited('{ env: PEOPLE_X_SECRET }', '{ file: ./empty.txt }'),
    ['7:19 applications.people-x.clientSecret: the file ./empty.txt gives nothing; expected the value'],
  ],
  [
    'a secret command that is not there',
    edited('{ env: PEOPLE_X_SECRET }', '{ exec: [no-such-command-here, canary] }'),
    [
      '7:19 applications.people-x.clientSecret: the command no-such-command-here was not found, or may not be executed; expected a program on PATH, or a path to one',
    ],
  ],
  [
    'a command that fails',
    edited('{ env: PEOPLE_X_CLIENT_ID }', '{ exec: [node, -e, "process.exit(3)"] }'),
    [
      '6:15 applications.people-x.clientId: the command node ended with status 3; expected a program that prints the value and ends with status 0',
    ],
  ],
  [
    'a reference with two keys',
    edited('{ env: PEOPLE_X_CLIENT_ID }', '{ env: A, file: b }'),
    [
      '6:15 applications.people-x.clientId: a reference has exactly one key; expected { env: NAME }, { file: path } or { exec: [cmd, …] }',
    ],
  ],
  [
    'a reference misspelt',
    edited('{ env: PEOPLE_X_CLIENT_ID }', '{ envv: A }'),
    [
      '6:15 applications.people-x.clientId: is an object, but no reference; expected { env: NAME }, { file: path } or { exec: [cmd, …] }; did you mean "env"?',
    ],
  ],
  [
    'a reference whose name is none',
    edited('{ env: PEOPLE_X_CLIENT_ID }', '{ env: "$A" }'),
    [
      '6:15 applications.people-x.clientId: env names no environment variable; expected a name of letters, digits and "_"',
    ],
  ],
  [
    'a command that is no list',
    edited('{ env: PEOPLE_X_CLIENT_ID }', '{ exec: "cat x" }'),
    ['6:15 applications.people-x.clientId: exec is no command; expected a list: the program, then its arguments'],
  ],
  [
    'an unknown scope',
    edited('connectors.self:write-resource]', 'connectors.self:write-resources]'),
    [
      '8:45 applications.people-x.scopes[1]: is text of 31 characters, and none of the known values; expected one of connectors.self:read-resource, connectors.self:write-resource, self:read-document, self:write-document; did you mean "connectors.self:write-resource"?',
    ],
  ],
  [
    'a scope twice',
    edited('connectors.self:write-resource]', 'connectors.self:read-resource]'),
    ['8:45 applications.people-x.scopes[1]: stands in the list twice; expected each item once'],
  ],
  [
    'scopes that are none',
    edited('[connectors.self:read-resource, connectors.self:write-resource]', '[]'),
    ['8:13 applications.people-x.scopes: is empty; expected at least one'],
  ],
  [
    'verify without the read scope',
    edited('connectors.self:read-resource, ', ''),
    [
      '26:13 resources.people.verify: is on, but the application people-x does not ask for the scope connectors.self:read-resource; expected verify: false, or that scope',
    ],
  ],
  [
    'verify by default without the read scope',
    edited('    verify: true\n', '', edited('connectors.self:read-resource, ', '')),
    [
      '14:3 resources.people.verify: is on unless told, but the application people-x does not ask for the scope connectors.self:read-resource; expected verify: false, or that scope',
    ],
  ],
  [
    'an application without its id',
    edited('    clientId: { env: PEOPLE_X_CLIENT_ID }\n', ''),
    ['5:3 applications.people-x.clientId: is missing; expected text'],
  ],
  [
    'an application without its secret',
    edited('    clientSecret: { env: PEOPLE_X_SECRET }\n', ''),
    [
      '5:3 applications.people-x.clientSecret: is missing; expected { env: NAME }, { file: path } or { exec: [cmd, …] }',
    ],
  ],
  [
    'two applications with one client id',
    edited(
      'connectors:\n',
      '  other:\n    clientId: vci_people\n    clientSecret: { env: PEOPLE_X_SECRET }\nconnectors:\n',
      edited('    type: user', '    application: people-x\n    type: user'),
    ),
    [
      '10:15 applications.other.clientId: is the client id of people-x, too, and each would revoke the token of the other; expected one application for each client id',
    ],
  ],
  [
    'a resource that does not say which application',
    edited(
      'connectors:\n',
      '  other:\n    clientId: vci_other\n    clientSecret: { env: PEOPLE_X_SECRET }\nconnectors:\n',
    ),
    [
      '17:3 resources.people.application: is missing, and there are several; expected a name under applications: people-x, other',
    ],
  ],
  [
    'an application that does not exist',
    edited('    type: user', '    application: people-y\n    type: user'),
    [
      '15:18 resources.people.application: is no application of this file; expected a name under applications: people-x; did you mean "people-x"?',
    ],
  ],
  [
    'a name with a blank',
    edited('  people:\n', '  my people:\n'),
    ['14:3 resources.my people: the key is no name; expected letters, digits, ".", "_" and "-", at most 64'],
  ],
  [
    'a connector that does not exist',
    edited('use: csv', 'use: csw'),
    ['11:10 connectors.export.use: there is no such connector. Did you mean "csv"?'],
  ],
  [
    'a connector that cannot be loaded',
    edited('use: csv', 'use: ./broken.ts'),
    ['11:10 connectors.export.use: cannot be loaded: unexpected token'],
  ],
  ['a connector without use', edited('    use: csv\n', ''), ['10:3 connectors.export.use: is missing; expected text']],
  [
    'a source that names no connector',
    edited('connector: export', 'connector: exports'),
    [
      '18:20 resources.people.from[0].connector: is no connector of this file; expected a name under connectors: export; did you mean "export"?',
    ],
  ],
  [
    'an option that does not exist',
    edited('{ path: ./people.csv }', '{ path: ./people.csv, delimeter: ";" }'),
    [
      '12:33 connectors.export.with.delimeter: is no option of this connector; expected one of path, delimiter, pick, minRows, header, columns, url, password; did you mean "delimiter"?',
    ],
  ],
  [
    'an option that is missing',
    edited('{ path: ./people.csv }', '{}'),
    ['12:5 connectors.export.with.path: is missing; expected a value: this option is required'],
  ],
  [
    'an option laid over that is wrong',
    edited('with: {}', 'with: { minRows: many }'),
    ['19:26 resources.people.from[0].with.minRows: is text of 4 characters; expected a whole number'],
  ],
  [
    'an option out of its list',
    edited('with: {}', 'with: { pick: newestt }'),
    [
      '19:23 resources.people.from[0].with.pick: is text of 7 characters; expected one of newest, all; did you mean "newest"?',
    ],
  ],
  [
    'a secret option in plain text',
    edited('with: {}', 'with: { password: hunter2 }'),
    [
      '19:27 resources.people.from[0].with.password: is a secret, and may not stand in the file as it is; expected { env: NAME }, { file: path } or { exec: [cmd, …] }',
    ],
  ],
  [
    'a URL with a password',
    edited('with: {}', 'with: { url: "https://u:hunter2@example.com/" }'),
    [
      '19:22 resources.people.from[0].with.url: holds a password, and may not stand in the file as it is; expected the URL without it, or { env: NAME }, { file: path } or { exec: [cmd, …] }',
    ],
  ],
  [
    'a type that does not exist',
    edited('user_account', 'user_acount'),
    [
      '15:11 resources.people.type: is text of 11 characters, and none of the known values; did you mean "user_account"?',
    ],
  ],
  [
    'a resource without a type',
    edited('    type: user_account\n', ''),
    [
      '14:3 resources.people.type: is missing; expected one of api_endpoint_vulnerability_connectors, background_check_connector, custom_resource, macos_user_computer, package_vulnerability_connectors, secret, security_task, static_analysis_code_vulnerability_connectors, user_account, user_security_training_status, vulnerable_component, windows_user_computer',
    ],
  ],
  [
    'a resource id that is too short',
    edited('66f1c2a9e4b0a1d2c3e4f567', '66f1c2a9'),
    [
      '16:17 resources.people.resourceId: is no resource id; expected the 24 hex digits that the Developer Console shows under Resources',
    ],
  ],
  [
    'a list of resource ids with one bad',
    edited('66f1c2a9e4b0a1d2c3e4f567', '[66f1c2a9e4b0a1d2c3e4f567, nope]'),
    [
      '16:44 resources.people.resourceId[1]: is no resource id; expected the 24 hex digits that the Developer Console shows under Resources',
    ],
  ],
  [
    'a resource id twice',
    edited('66f1c2a9e4b0a1d2c3e4f567', '[66f1c2a9e4b0a1d2c3e4f567, 66f1c2a9e4b0a1d2c3e4f567]'),
    ['16:44 resources.people.resourceId[1]: stands in the list twice; expected each item once'],
  ],
  [
    'a resource id twice in two cases',
    edited('66f1c2a9e4b0a1d2c3e4f567', '[66f1c2a9e4b0a1d2c3e4f567, 66F1C2A9E4B0A1D2C3E4F567]'),
    ['16:44 resources.people.resourceId[1]: stands in the list twice; expected each resource id once'],
  ],
  [
    'two resources with one id',
    `${GOOD}  again:\n    type: user_account\n    resourceId: 66f1c2a9e4b0a1d2c3e4f567\n    from: { connector: export }\n`,
    [
      '30:17 resources.again.resourceId: is the resource id of people, too, and each push would erase the other; expected one resource for each id, with all its sources under "from"',
    ],
  ],
  [
    'a resource that nothing feeds',
    edited(piece(/    from:[^]*?SSO\n/), '    from: []\n'),
    ['17:11 resources.people.from: is empty; expected at least one'],
  ],
  [
    'a merge policy that does not exist',
    edited('merge: error', 'merge: frist'),
    [
      '23:12 resources.people.merge: is text of 5 characters, and none of the known values; expected one of error, first, join; did you mean "first"?',
    ],
  ],
  [
    'a value that is missing',
    edited('merge: error', 'merge:'),
    ['23:5 resources.people.merge: has no value; expected one of error, first, join'],
  ],
  [
    'a policy for invalid records that does not exist',
    edited('merge: error', 'onInvalid: ignore'),
    [
      '23:16 resources.people.onInvalid: is text of 6 characters, and none of the known values; expected one of carry-forward, block, drop',
    ],
  ],
  [
    'what cannot become of those who left',
    edited('merge: error', 'onGone: deactivated'),
    [
      '23:13 resources.people.onGone: is nothing that can become of those who left; expected omit, deactivate, or { deactivate: 90d }',
    ],
  ],
  [
    'deactivation for no time',
    edited('merge: error', 'onGone: { deactivate: 0d }'),
    [
      '23:27 resources.people.onGone.deactivate: is no span of time; expected a number above 0 and s, m, h or d, as in 3h',
    ],
  ],
  [
    'deactivation of what has no status',
    edited('merge: error', 'onGone: deactivate', SECRETS),
    ['23:13 resources.people.onGone: deactivates who left, and records of type secret have no status; expected omit'],
  ],
  [
    'deactivation by default of what has no status',
    `${SECRETS}defaults: { onGone: { deactivate: 30d } }\n`,
    [
      '28:21 defaults.onGone: deactivates who left, and records of people, of type secret, have no status; expected onGone: omit in people, or deactivate in resources of type user_account alone',
    ],
  ],
  [
    'deactivation with a misspelt key',
    edited('merge: error', 'onGone: { deactivat: 90d }'),
    ['23:15 resources.people.onGone.deactivat: unknown key "deactivat"; did you mean "deactivate"?'],
  ],
  [
    'a limit above everything',
    edited('5%', '101%'),
    ['25:19 resources.people.guard.maxRemoved: is no limit; expected a share from 0% to 100%, or a count'],
  ],
  [
    'a limit that is a word',
    edited('5%', 'few'),
    ['25:19 resources.people.guard.maxRemoved: is no limit; expected a share from 0% to 100%, or a count'],
  ],
  [
    'a negative limit',
    edited('5%', '-1'),
    ['25:19 resources.people.guard.maxRemoved: is no limit; expected a share from 0% to 100%, or a count'],
  ],
  [
    'a negative count of records',
    edited('maxRemoved: 5%', 'minRecords: -1'),
    ['25:19 resources.people.guard.minRecords: is too small; expected at least 0'],
  ],
  [
    'a share where a count is expected',
    edited('maxRemoved: 5%', 'minRecords: 5%'),
    ['25:19 resources.people.guard.minRecords: is text of 2 characters; expected a whole number'],
  ],
  [
    'a duration without its unit',
    edited('30m', '30'),
    [
      '27:14 resources.people.timeout: is no time limit; expected a number and s, m, h or d, as in 30m; above 0 and at most 24d',
    ],
  ],
  [
    'a duration in weeks',
    edited('30m', '2w'),
    [
      '27:14 resources.people.timeout: is no time limit; expected a number and s, m, h or d, as in 30m; above 0 and at most 24d',
    ],
  ],
  [
    'a word for true',
    edited('verify: true', 'verify: yes'),
    ['26:13 resources.people.verify: is text of 3 characters; expected true or false'],
  ],
  [
    'a list that is none',
    edited('maxRemoved: 5%', 'mustInclude: E-1001'),
    ['25:20 resources.people.guard.mustInclude: is text of 6 characters; expected a list'],
  ],
  [
    'a schedule that never comes',
    edited('timeout: 30m', 'schedule: "0 0 31 2 *"'),
    [
      '27:15 resources.people.schedule: is no cron expression that ever comes due; expected minute, hour, day of the month, month and day of the week, as in "17 * * * *"',
    ],
  ],
  [
    'a schedule without its expression',
    edited('timeout: 30m', 'schedule: { zone: UTC }'),
    [
      '27:5 resources.people.schedule.cron: is missing; expected minute, hour, day of the month, month and day of the week, as in "17 * * * *"',
    ],
  ],
  [
    'a schedule in no zone',
    edited('timeout: 30m', 'schedule: { cron: "17 * * * *", zone: Nowhere/City, jitter: soon }'),
    [
      '27:43 resources.people.schedule.zone: is no time zone; expected a name such as Europe/Berlin or UTC',
      '27:65 resources.people.schedule.jitter: is no delay; expected 0, or a number and s, m, h or d, as in 5m; at most 24d',
    ],
  ],
  [
    'a notification in plain text',
    `${GOOD}notify: [ { slack: "https://hooks.example.com/x" } ]\n`,
    [
      '28:20 notify[0].slack: is a secret, and may not stand in the file as it is; expected { env: NAME }, { file: path } or { exec: [cmd, …] }',
    ],
  ],
  [
    'a notification of an unknown kind',
    `${GOOD}notify: [ { slak: { env: SLACK_WEBHOOK } } ]\n`,
    ['28:13 notify[0].slak: unknown key "slak"; did you mean "slack"?'],
  ],
  [
    'a notification that names no way',
    `${GOOD}notify: [ { remind: 1h } ]\n`,
    ['28:11 notify[0]: names no way to tell anybody; expected one of slack, teams, webhook, mail, ping'],
  ],
  [
    'a notification that names two ways',
    `${GOOD}notify: [ { slack: { env: PEOPLE_X_SECRET }, teams: { env: PEOPLE_X_SECRET } } ]\n`,
    ['28:11 notify[0]: names 2 ways: slack, teams; expected one of slack, teams, webhook, mail, ping'],
  ],
  [
    'a notification about a resource that is not there, and a name twice',
    `${GOOD}notify: [ { name: a, slack: { env: PEOPLE_X_SECRET }, resources: peple }, { name: a, teams: { env: PEOPLE_X_SECRET }, remind: never } ]\n`,
    [
      '28:66 notify[0].resources: is no resource of this file; expected a name under resources: people; did you mean "people"?',
      '28:83 notify[1].name: is the name of an earlier one, too; expected each name once',
      '28:127 notify[1].remind: is no delay; expected 0, or a number and s, m, h or d, as in 5m; at most 24d',
    ],
  ],
  [
    'a page for the whole network without TLS and users',
    `${GOOD}server: { host: 0.0.0.0 }\n`,
    [
      '28:17 server.host: is reached from other machines, and passwords would cross the network in the clear; expected server.tls, or behindProxy: true when something in front of it speaks TLS, or host: 127.0.0.1',
      '28:17 server.host: is reached from other machines, and everybody could look and approve; expected server.users, or server.proxyUser',
    ],
  ],
  [
    'users that nobody could be, and one twice',
    `${GOOD}server: { users: [ { name: ada }, { name: ada, token: { env: PEOPLE_X_SECRET } }, { name: bob, role: admin, password: x } ] }\n`,
    [
      '28:20 server.users[0]: has neither a password nor a token, so nobody could be this user; expected password or token, as { file: path } or { env: NAME }',
      '28:43 server.users[1].name: is the name of an earlier user, too; expected each name once',
      '28:102 server.users[2].role: is text of 5 characters, and none of the known values; expected one of viewer, approver',
      '28:119 server.users[2].password: is a secret, and may not stand in the file as it is; expected { env: NAME }, { file: path } or { exec: [cmd, …] }',
    ],
  ],
  [
    'a proxy that is believed and not there',
    `${GOOD}server: { proxyUser: { header: "X User", from: [10.1.0.0/33] } }\n`,
    [
      '28:22 server.proxyUser: believes a header, and nothing says that a proxy stands in front; expected behindProxy: true beside it',
      '28:22 server.proxyUser: believes a header, and whatever name it is asked by is answered; expected publicUrl beside it, where people reach the proxy',
      '28:32 server.proxyUser.header: is no name of a header; expected a name such as X-Forwarded-User',
      '28:49 server.proxyUser.from[0]: is no address; expected an IP address such as 10.1.2.3, or a range such as 10.1.0.0/24',
    ],
  ],
  [
    'a proxy that could be anybody, and a range that is none',
    `${GOOD}server: { behindProxy: true, publicUrl: "https://s.example.com", proxyUser: { header: X-User, from: [0.0.0.0/0, "::/0", "::ffff:10.0.0.0/96", "::ffff:10.0.0.0/8"] } }\n`,
    [
      '28:102 server.proxyUser.from[0]: is every address, so whoever sends the header is whom it names; expected the address of the proxy, or the range that it gets its address from',
      '28:113 server.proxyUser.from[1]: is every address, so whoever sends the header is whom it names; expected the address of the proxy, or the range that it gets its address from',
      '28:121 server.proxyUser.from[2]: is every address, so whoever sends the header is whom it names; expected the address of the proxy, or the range that it gets its address from',
      '28:143 server.proxyUser.from[3]: is no address; expected an IP address such as 10.1.2.3, or a range such as 10.1.0.0/24',
    ],
  ],
  [
    'a proxy that is believed by a header which others set',
    `${GOOD}server: { behindProxy: true, publicUrl: "https://s.example.com", proxyUser: { header: X-Forwarded-For, from: 10.1.2.3 } }\n`,
    [
      '28:87 server.proxyUser.header: is a header that clients or proxies set for another purpose; expected one that the proxy sets for this alone, such as X-Forwarded-User',
    ],
  ],
  [
    'addresses that are none, and certificates that are not there',
    `${GOOD}server: { publicUrl: "http://sync.example.com/x", probe: "8401:http", tls: { cert: a.pem, key: b.pem } }\n`,
    [
      '28:22 server.publicUrl: is no address of a page; expected https and a host, as in https://vanta-sync.example.com; http only for this machine; no path, query or password',
      '28:58 server.probe: is no address; expected host and port, as in 0.0.0.0:8401',
      '28:84 server.tls.cert: the file does not exist; expected a PEM file',
      '28:96 server.tls.key: the file does not exist; expected a PEM file',
    ],
  ],
  [
    'a port out of range',
    `${GOOD}server: { port: 70000 }\n`,
    ['28:17 server.port: is too large; expected at most 65535'],
  ],
  [
    'a port from a variable that holds a word',
    `${GOOD}server: { port: { env: WORD } }\n`,
    ['28:17 server.port: is text of 18 characters; expected a whole number'],
  ],
  [
    'a state in a database',
    `${GOOD}state: { url: postgres://x }\n`,
    ['28:10 state.url: unknown key "url"; expected one of path, allowNetworkFs, retention'],
  ],
  [
    'a table that is none',
    `${GOOD}tables: { roles: admin }\n`,
    ['28:18 tables.roles: is text of 5 characters; expected an object'],
  ],
  [
    'a custom property of an unknown kind',
    edited('    merge: error', '    customProperties: { port: int }'),
    [
      '23:31 resources.people.customProperties.port: is text of 3 characters, and none of the known values; expected one of string, boolean, int32',
    ],
  ],
  [
    'defaults that are wrong',
    `${GOOD}defaults:\n  guard: { maxChanged: lots }\n`,
    ['29:24 defaults.guard.maxChanged: is no limit; expected a share from 0% to 100%, or a count'],
  ],
  [
    'an object where text is expected',
    edited('merge: error', 'merge: { a: b }'),
    [
      '23:12 resources.people.merge: is an object, but no reference; expected { env: NAME }, { file: path } or { exec: [cmd, …] }',
    ],
  ],
  [
    'a list where an object is expected',
    edited('    guard:\n      maxRemoved: 5%', '    guard: [5%]'),
    ['24:12 resources.people.guard: is a list of 1 item; expected an object'],
  ],
  [
    'text where an object is expected',
    edited('map:\n          uniqueId: "{{ employee_id }}"\n          authMethod: SSO', 'map: all'),
    ['20:14 resources.people.from[0].map: is text of 3 characters; expected an object'],
  ],
  [
    'a reference in a map that holds a template',
    edited('authMethod: SSO', 'email: { env: TEMPLATE }'),
    [
      '22:18 resources.people.from[0].map.email: refers to a value with {{ in it; expected a constant; a template is written in the file',
    ],
  ],
  [
    'a template without quotes',
    edited('"{{ employee_id }}"', '{{ employee_id }}'),
    [
      '21:21 resources.people.from[0].map.uniqueId: a template {{ … }} stands here without quotes, which makes it something else in YAML; expected quotes around it, as in "{{ email }}"',
    ],
  ],
  [
    'two templates without quotes',
    edited('"{{ employee_id }}"', '{{ a }} {{ b }}'),
    [
      '21:21: a template {{ … }} stands here without quotes, which makes it something else in YAML; expected quotes around it, as in "{{ email }}"',
    ],
  ],
  [
    'a key twice',
    edited('    merge: error', '    verify: false\n    merge: error'),
    ['27:5: the key "verify" stands here a second time; expected each key once'],
  ],
  [
    'a quote that is not closed',
    edited('"{{ employee_id }}"', '"{{ employee_id }}'),
    ['21:21: the " that stands here is not closed'],
  ],
  [
    'a brace that is not closed',
    edited('{ path: ./people.csv }', '{ path: ./people.csv'),
    ['12:11: the { that stands here is not closed'],
  ],
  ['a tab', edited('    merge: error', '\tmerge: error'), ['23:1: a tab indents this line; expected spaces']],
  [
    'an indentation that does not fit',
    edited('    merge: error', '   merge: error'),
    ['23:1: the indentation does not fit the lines above, or a bracket or brace before it is not closed'],
  ],
  [
    'a reserved character',
    edited('authMethod: SSO', 'authMethod: @SSO'),
    ['22:23: a value begins with a character that YAML reserves; expected the value in quotes'],
  ],
  [
    'an unknown tag',
    edited('authMethod: SSO', 'authMethod: !sso SSO'),
    ['22:23: the tag (!name) is not one that is known here; expected the value without a tag'],
  ],
  [
    'an alias without an anchor',
    edited('authMethod: SSO', 'authMethod: *sso'),
    ['22:23 resources.people.from[0].map.authMethod: no anchor (&name) of this name stands before this alias'],
  ],
  [
    'an alias of itself',
    edited('with: {}', 'with: &w { path: *w }'),
    ['19:26 resources.people.from[0].with.path: this alias stands inside of what it stands for'],
  ],
  [
    'a merge of text',
    edited('    merge: error', '    <<: text'),
    ['23:5 resources.people.<<: << merges what is no object; expected an alias of an object'],
  ],
  ['two documents', `${GOOD}---\na: 1\n`, ['28:1: a second document begins here; expected one document in the file']],
  [
    'a key that is a list',
    edited('    merge: error', '    ? [a]\n    : b'),
    ['15:5 resources.people: a key is no text; expected text before the ":"'],
  ],
  ['an empty file', '', ['1:1: says nothing; expected applications, connectors and resources']],
  ['a file of comments', '# nothing\n', ['1:1: says nothing; expected applications, connectors and resources']],
  ['a file that is a list', '- a\n', ['1:1: is a list of 1 item; expected an object']],
  ['a file that is text', 'hello\n', ['1:1: is text of 5 characters; expected an object']],
  [
    'a file without its parts',
    'zone: UTC\n',
    [
      '1:1 applications: is missing; expected an object',
      '1:1 connectors: is missing; expected an object',
      '1:1 resources: is missing; expected an object',
    ],
  ],
  [
    'no applications',
    edited(piece(/applications:\n[^]*?(?=connectors:\n)/), 'applications: {}\n'),
    ['4:15 applications: is empty; expected at least one'],
  ],
]

describe('a mistake in a map', () => {
  test.each([
    ['emial: "{{ e }}"', '22:11 resources.people.from[0].map.emial'],
    ['authMethod: SS0', '22:23 resources.people.from[0].map.authMethod'],
    ['mfaEnabled: maybe', '22:23 resources.people.from[0].map.mfaEnabled'],
    ['fullName: "{{ type }}"', '22:21 resources.people.from[0].map.fullName'],
    ['fullName: "{{ a + }}"', '22:21 resources.people.from[0].map.fullName'],
    ['fullName: "{{ lookup(\'nope\', a) }}"', '22:21 resources.people.from[0].map.fullName'],
    [
      'permissionLevel: { from: role, values: { Admin: ADMN } }',
      '22:59 resources.people.from[0].map.permissionLevel.values.Admin',
    ],
    [
      'permissionLevel: { from: role, values: { 01: { env: NOPE } } }',
      '22:56 resources.people.from[0].map.permissionLevel.values.01',
    ],
    ['mfaMethods: [SMS, SMSS]', '22:29 resources.people.from[0].map.mfaMethods[1]'],
    ['customProperties: { a: 1 }', '22:11 resources.people.from[0].map.customProperties'],
  ])('such as %s is said where it stands', async (entry, place) => {
    const said = await mistakes(edited('authMethod: SSO', entry))
    expect(said.map((line) => line.split(': ')[0])).toEqual([`vanta.config.yaml:${place}`])
  })

  test('that misspells a field names the right one', async () => {
    expect((await mistakes(edited('authMethod: SSO', 'emial: x')))[0]).toMatch(
      /emial: there is no field emial; did you mean "email"\?$/,
    )
  })
})

describe('a mistake in the configuration', () => {
  test.each(CASES)('%s is said with its place and what is expected', async (_title, text, lines) => {
    const said = await mistakes(text, { files: { 'empty.txt': '\n' } })
    expect(said).toEqual(lines.map((line) => `vanta.config.yaml:${line}`))
  })

  test('the configuration that the table starts from has none', async () => {
    expect(await mistakes(GOOD)).toEqual([])
  })
})

describe('several mistakes', () => {
  test('are all said at once, in the order of the file', async () => {
    const text = ['zone: Europe/Berlin', 'use: csv', 'merge: error', '5%', '30m'].reduce(
      (config, from, index) =>
        edited(from, ['zone: Nowhere', 'use: ldap', 'merge: always', 'some', '30'][index] ?? '', config),
      GOOD,
    )
    const said = await mistakes(text)
    expect(said.map((line) => line.split(': ')[0])).toEqual([
      'vanta.config.yaml:3:7 zone',
      'vanta.config.yaml:11:10 connectors.export.use',
      'vanta.config.yaml:23:12 resources.people.merge',
      'vanta.config.yaml:25:19 resources.people.guard.maxRemoved',
      'vanta.config.yaml:27:14 resources.people.timeout',
    ])
  })

  test('that come from one connector in two resources are said once', async () => {
    const second =
      '  other:\n    type: user_account\n    resourceId: 000000000000000000000001\n    from: { connector: export }\n'
    const said = await mistakes(edited('./people.csv }', './people.csv, pick: older }', `${GOOD}${second}`))
    expect(said).toHaveLength(1)
  })

  test('of syntax on one line do not hide a template without quotes on another', async () => {
    const said = await mistakes(edited('authMethod: SSO', 'email: {{ a }}-b\n          fullName: {{ a }} {{ b }}'))
    expect(said.map((line) => line.split(' ')[0])).toEqual(['vanta.config.yaml:22:18:', 'vanta.config.yaml:23:21:'])
  })
})

describe('a configuration file', () => {
  test('that does not exist is one sentence', async () => {
    const result = await loadConfig({
      file: '/nowhere/vanta.config.yaml',
      env: {},
      loadConnector: () => Promise.reject(new Error('unused')),
      secrets: 'check',
    })
    expect(result).toEqual({
      problems: [
        {
          code: 'config-missing',
          at: '/nowhere/vanta.config.yaml',
          path: '',
          message: 'there is no such file',
          expected: 'a configuration file; -c FILE or VANTA_SYNC_CONFIG names another',
        },
      ],
    })
  })

  test('that is a directory is one sentence', async () => {
    const result = await loadConfig({
      file: '/',
      env: {},
      loadConnector: () => Promise.reject(new Error('unused')),
      secrets: 'check',
    })
    expect(result).toMatchObject({ problems: [{ code: 'config-unreadable', at: '/', message: 'is a directory' }] })
  })

  test('that is not UTF-8 is one sentence', async () => {
    expect(await mistakes(Buffer.from([0x61, 0x3a, 0xff]))).toEqual([
      'vanta.config.yaml: is not text in UTF-8; expected a file saved as UTF-8',
    ])
  })

  test('with a byte order mark counts its columns as an editor does', async () => {
    expect(await mistakes(Buffer.from(`\ufeffzonne: UTC\n${edited('zone: Europe/Berlin\n', '')}`))).toEqual([
      'vanta.config.yaml:1:1 zonne: unknown key "zonne"; did you mean "zone"?',
    ])
  })

  test('with the line ends of Windows keeps its places', async () => {
    expect(await mistakes(edited('        map:', '        mapp:').replaceAll('\n', '\r\n'))).toEqual([
      'vanta.config.yaml:20:9 resources.people.from[0].mapp: unknown key "mapp"; did you mean "map"?',
    ])
  })

  test('whose aliases expand without end is one sentence, quickly', async () => {
    const layers = Array.from(
      { length: 12 },
      (_, i) => `x-${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(', ')}]`,
    )
    const text = `x-0: &a0 [word]\n${layers.join('\n')}\n${edited('uniqueId: "{{ employee_id }}"', 'uniqueId: *a12')}`
    const started = Date.now()
    expect(await mistakes(text)).toContain('vanta.config.yaml:1:1: its aliases expand to more than 500,000 values')
    expect(Date.now() - started).toBeLessThan(40_000)
  })

  test.each([
    ['[', 30_000],
    ['{a: ', 30_000],
    ['- ', 20_000],
  ])('nested by %j without end is one sentence', async (opening, times) => {
    expect(await mistakes(`a: ${opening.repeat(times)}`)).toHaveLength(1)
  })
})
