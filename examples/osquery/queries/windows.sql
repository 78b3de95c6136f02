-- One row for this Windows computer. Lists are JSON text in one column each: osquery knows SQLite's JSON functions.
--   osqueryi --json (Get-Content -Raw windows.sql) | Out-File -Encoding utf8 SERIAL.json
SELECT
  s.uuid, s.hardware_serial, s.computer_name, s.hardware_model,
  o.name AS os_name, o.version AS os_version, o.build AS os_build,
  (SELECT strftime('%Y-%m-%dT%H:%M:%SZ', unix_time, 'unixepoch') FROM time) AS collected_at,
  (SELECT json_group_array(json_object('name', name)) FROM (SELECT DISTINCT name FROM programs WHERE name <> ''))
    AS programs,
  (SELECT json_group_array(json_object(
      'name', l.device_id, 'encrypted', coalesce(b.protection_status, 0) = 1, 'isBootVolume', l.boot_partition))
    FROM logical_drives l LEFT JOIN bitlocker_info b ON b.drive_letter = l.device_id
    WHERE l.file_system <> '' AND l.description LIKE '%Fixed%') AS drives,
  (SELECT json_group_array(json_object('extensionId', identifier, 'name', name, 'browser', browser)) FROM (
      SELECT e.identifier, e.name, CASE WHEN e.browser_type LIKE 'edge%' THEN 'EDGE'
          WHEN e.browser_type = 'opera' THEN 'OPERA' ELSE 'CHROME' END AS browser
        FROM users u CROSS JOIN chrome_extensions e USING (uid) WHERE e.identifier <> ''
      UNION SELECT a.identifier, a.name, 'FIREFOX' FROM users u CROSS JOIN firefox_addons a USING (uid)
    )) AS browser_extensions,
  -- The policy Machine inactivity limit. After it the screen is locked.
  (SELECT json_group_array(json_object('requiresPassword', json('true'),
      'screenSleepTimeoutMs', 1000 * CAST(data AS INTEGER)))
    FROM registry WHERE path =
      'HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System\InactivityTimeoutSecs'
    AND CAST(data AS INTEGER) > 0) AS inactivity_limit,
  (SELECT json_group_array(json_object(
      'name', name, 'category', upper(type), 'state', CASE state WHEN 'On' THEN 'ON' WHEN 'Off' THEN 'OFF' ELSE 'UNKNOWN' END,
      'stateTimestamp', (SELECT strftime('%Y-%m-%dT%H:%M:%SZ', unix_time, 'unixepoch') FROM time),
      'signaturesUpToDate', signatures_up_to_date))
    FROM windows_security_products WHERE type IN ('Firewall', 'Antivirus', 'Antispyware')) AS security_products,
  c.firewall, c.autoupdate, c.antivirus, c.internet_settings, c.user_account_control, c.windows_security_center_service,
  EXISTS (SELECT 1 FROM registry WHERE
    path LIKE 'HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Enrollments\%\DiscoveryServiceFullURL') AS managed
FROM system_info s CROSS JOIN os_version o CROSS JOIN windows_security_center c;
