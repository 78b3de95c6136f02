-- The inventory of secrets, never the secrets themselves. Made into inventory.db by: sqlite3 inventory.db < inventory.sql
CREATE TABLE people (id TEXT PRIMARY KEY, mail TEXT NOT NULL);
CREATE TABLE secrets (id TEXT PRIMARY KEY, name TEXT NOT NULL, purpose TEXT, created_by TEXT NOT NULL REFERENCES people, owner TEXT NOT NULL REFERENCES people, created_at TEXT NOT NULL, rotated_at TEXT, used_at TEXT, expires_at TEXT, revoked_at TEXT);
INSERT INTO people VALUES ('E-1001', 'ada.lovelace@people-x.example');
INSERT INTO people VALUES ('E-1003', 'grace.hopper@people-x.example');
INSERT INTO people VALUES ('E-1004', 'niklaus.wirth@people-x.example');
INSERT INTO people VALUES ('E-1005', 'radia.perlman@people-x.example');
INSERT INTO people VALUES ('E-1007', 'barbara.liskov@people-x.example');
INSERT INTO secrets VALUES ('sec-0001', 'payroll-db-password', 'Database login of the payroll service', 'E-1004', 'E-1005', '2024-01-05 09:15:00', NULL, '2025-10-10 03:00:00', '2026-01-05 09:15:00', NULL);
INSERT INTO secrets VALUES ('sec-0002', 'stripe-api-key', 'Payments, live mode', 'E-1001', 'E-1001', '2024-02-05 09:15:00', '2025-02-12 07:30:00', '2025-10-11 03:00:00', NULL, NULL);
INSERT INTO secrets VALUES ('sec-0003', 'smtp-relay', 'Outgoing mail of all services', 'E-1005', 'E-1005', '2024-03-05 09:15:00', '2025-03-12 07:30:00', '2025-10-12 03:00:00', '2026-03-05 09:15:00', NULL);
INSERT INTO secrets VALUES ('sec-0004', 'tls-wildcard-key', 'Key of *.people-x.example', 'E-1004', 'E-1004', '2024-04-05 09:15:00', NULL, '2025-10-13 03:00:00', NULL, NULL);
INSERT INTO secrets VALUES ('sec-0005', 'backup-encryption', 'Nightly backups', 'E-1004', 'E-1007', '2024-05-05 09:15:00', '2025-05-12 07:30:00', '2025-10-14 03:00:00', '2026-05-05 09:15:00', NULL);
INSERT INTO secrets VALUES ('sec-0006', 'github-deploy-key', 'Deployments from the build server', 'E-1001', 'E-1001', '2024-06-05 09:15:00', '2025-06-12 07:30:00', '2025-10-15 03:00:00', NULL, NULL);
INSERT INTO secrets VALUES ('sec-0007', 's3-archive', 'Archive bucket', 'E-1007', 'E-1007', '2024-07-05 09:15:00', NULL, '2025-10-16 03:00:00', '2026-07-05 09:15:00', NULL);
INSERT INTO secrets VALUES ('sec-0008', 'ldap-bind', 'Read-only account of the directory', 'E-1005', 'E-1005', '2024-08-05 09:15:00', '2025-08-12 07:30:00', '2025-10-17 03:00:00', NULL, NULL);
INSERT INTO secrets VALUES ('sec-0009', 'grafana-admin', NULL, 'E-1004', 'E-1004', '2024-09-05 09:15:00', '2025-01-12 07:30:00', '2025-10-18 03:00:00', '2026-09-05 09:15:00', NULL);
INSERT INTO secrets VALUES ('sec-0010', 'jwt-signing', 'Tokens of the customer portal', 'E-1001', 'E-1003', '2024-01-05 09:15:00', NULL, '2025-10-19 03:00:00', NULL, NULL);
INSERT INTO secrets VALUES ('sec-0011', 'old-ftp', 'Replaced by SFTP', 'E-1004', 'E-1004', '2024-02-05 09:15:00', '2025-03-12 07:30:00', NULL, '2026-02-05 09:15:00', '2025-03-01 12:00:00');
