-- One row for this Mac. Lists are JSON text in one column each: osquery knows SQLite's JSON functions.
--   sudo osqueryi --json "$(cat macos.sql)" > SERIAL.json
SELECT
  s.uuid, s.hardware_serial, s.computer_name, s.hardware_model,
  o.name AS os_name, o.version AS os_version, o.build AS os_build,
  (SELECT strftime('%Y-%m-%dT%H:%M:%SZ', unix_time, 'unixepoch') FROM time) AS collected_at,
  (SELECT json_group_array(json_object(
      'name', replace(name, '.app', ''), 'bundleId', bundle_identifier,
      'lastOpenedTimestamp',
      CASE WHEN last_opened_time > 0 THEN strftime('%Y-%m-%dT%H:%M:%SZ', last_opened_time, 'unixepoch') END))
    FROM apps WHERE path LIKE '/Applications/%' AND bundle_identifier <> '') AS applications,
  (SELECT json_group_array(json_object(
      'name', m.path, 'encrypted', d.encrypted, 'filevaultEnabled', d.filevault_status = 'on',
      'isBootVolume', m.path = '/'))
    FROM mounts m JOIN disk_encryption d ON d.name = m.device
    WHERE m.path = '/' OR m.path LIKE '/Volumes/%') AS drives,
  (SELECT json_group_array(json_object('extensionId', identifier, 'name', name, 'browser', browser)) FROM (
      SELECT e.identifier, e.name, CASE WHEN e.browser_type LIKE 'edge%' THEN 'EDGE'
          WHEN e.browser_type = 'opera' THEN 'OPERA' ELSE 'CHROME' END AS browser
        FROM users u CROSS JOIN chrome_extensions e USING (uid) WHERE e.identifier <> ''
      UNION SELECT a.identifier, a.name, 'FIREFOX' FROM users u CROSS JOIN firefox_addons a USING (uid)
      UNION SELECT x.identifier, x.name, 'SAFARI' FROM users u CROSS JOIN safari_extensions x USING (uid)
    )) AS browser_extensions,
  -- The screen lock of whoever sits at the machine; osquery cannot see that of others. Without a setting of theirs the
  -- screen saver starts after 20 minutes.
  (SELECT json_group_array(json_object('username', l.user, 'screenlockPolicies', json('[]'),
      'screenlockSettings', json_object('requiresPassword', c.enabled,
        'screenSleepTimeoutMs', 1000 * CAST(coalesce(
          (SELECT value FROM preferences WHERE domain = 'com.apple.screensaver' AND key = 'idleTime'
            AND username = l.user AND host = 'current'), 1200) AS INTEGER))))
    FROM logged_in_users l CROSS JOIN screenlock c WHERE l.tty = 'console') AS console_users,
  EXISTS (SELECT 1 FROM managed_policies WHERE manual = 0) AS managed,
  coalesce((SELECT value FROM plist WHERE path = '/Library/Preferences/com.apple.SoftwareUpdate.plist'
    AND key = 'AutomaticallyInstallMacOSUpdates'), '0') AS auto_updates
FROM system_info s CROSS JOIN os_version o;
