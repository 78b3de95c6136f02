#!/bin/sh
# Starts a throw-away OpenLDAP server on this machine, to try an example with. Usage: sh start-slapd.sh [FOLDER] [PORT]
#
# FOLDER holds the entries (*.ldif) and perhaps a schema of its own (*.schema); by default it is the one of this script.
# Prints how to reach the server. Ctrl-C ends it, and nothing of it is left. Needs slapd (Debian: apt install slapd).
set -eu

source=$(cd "${1:-$(dirname "$0")}" && pwd)
port=${2:-3890}
PATH=$PATH:/usr/sbin:/usr/lib/openldap:/usr/libexec

fail() { echo "start-slapd.sh: $1" >&2; exit 1; }

slapd=$(command -v slapd) || fail 'slapd is not installed (Debian and Ubuntu: apt install slapd)'
schema=
for folder in /etc/ldap/schema /etc/openldap/schema; do [ -f "$folder/core.schema" ] && schema=$folder; done
[ -n "$schema" ] || fail 'the schema files of OpenLDAP are not where Debian or Fedora put them'
modules=
for folder in /usr/lib/ldap /usr/lib64/openldap /usr/lib/openldap; do [ -d "$folder" ] && modules=$folder && break; done

work=$(mktemp -d)
child=
stop() {
  trap - EXIT INT TERM
  [ -z "$child" ] || kill "$child" 2>/dev/null || :
  [ -z "$child" ] || wait "$child" 2>/dev/null || :
  rm -rf "$work"
}
trap stop EXIT
trap 'stop; exit 0' INT TERM

# A copy, because Ubuntu lets the installed program read the folders of the system's own directory only.
cp "$slapd" "$work/slapd"
mkdir "$work/db"
cat "$source"/*.ldif > "$work/entries.ldif"
suffix=$(sed -n 's/^dn: *//p' "$work/entries.ldif" | head -n 1)
{
  for name in core cosine inetorgperson nis; do echo "include $schema/$name.schema"; done
  for file in "$source"/*.schema; do [ ! -f "$file" ] || echo "include $file"; done
  [ -z "$modules" ] || echo "modulepath $modules"
  # Where it is a module and not built in.
  ! ls "$modules"/back_mdb* >/dev/null 2>&1 || echo 'moduleload back_mdb'
  echo "pidfile $work/slapd.pid"
  echo 'database mdb'
  echo "suffix \"$suffix\""
  echo "directory $work/db"
  # What a reader needs, and no more: passwords are compared, and entries are for who has logged in.
  echo 'access to attrs=userPassword by anonymous auth by * none'
  echo 'access to * by users read by anonymous auth'
} > "$work/slapd.conf"

"$work/slapd" -T add -q -f "$work/slapd.conf" -l "$work/entries.ldif" || fail 'the entries could not be loaded'
"$work/slapd" -f "$work/slapd.conf" -h "ldap://127.0.0.1:$port" -d 0 &
child=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  [ ! -f "$work/slapd.pid" ] || break
  kill -0 "$child" 2>/dev/null || fail "slapd did not start; perhaps port $port is taken: give another as second argument"
  sleep 0.2
done

echo "export LDAP_URL=ldap://127.0.0.1:$port"
echo "export LDAP_PASSWORD=reader"
wait "$child"
