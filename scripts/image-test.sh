#!/usr/bin/env bash
# Builds the image with buildah, which needs no daemon, and tries its commands as the users who will run it. Needs root,
# buildah, and the base image: from a registry, or from local storage when BUILDAH_STORAGE names its folder.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v buildah >/dev/null || { echo 'image-test: buildah is not installed (apt-get install buildah); nothing was tried' >&2; exit 1; }

work="$(mktemp -d)"
storage="${BUILDAH_STORAGE:-$work/storage}"
tag="localhost/vanta-sync:image-test-$$"

bh() { buildah --root "$storage" --runroot "$work/run" --storage-driver vfs "$@"; }

cleanup() {
  bh rmi --force "$tag" >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap cleanup EXIT

# Runs a command of the image, with the options of `buildah run` given before `--`. (That ignores ENTRYPOINT and CMD.)
in_image() {
  local container code=0 options=()
  while [ "$1" != '--' ]; do options+=("$1") && shift; done
  shift
  container="$(bh from --pull-never "$tag")"
  bh run --isolation chroot "${options[@]}" "$container" -- "$@" || code=$?
  bh rm "$container" >/dev/null
  return "$code"
}

# Runs the command after the pattern; it must end with 0, and its output must match.
expect() {
  local name="$1" pattern="$2" output code=0
  shift 2
  output="$("$@" 2>&1)" || code=$?
  if [ "$code" -ne 0 ] || ! grep -Eq -- "$pattern" <<<"$output"; then
    printf 'image-test: FAILED: %s (exit %s, expected output like %s)\n%s\n' "$name" "$code" "$pattern" "$output" >&2
    exit 1
  fi
  printf 'image-test: ok: %s\n' "$name"
}

version="$(node -p "require('./package.json').version")"
bh bud --isolation chroot --network host --format docker --pull-never=false --build-arg "VERSION=$version" --tag "$tag" .

inspect() { bh inspect --type image --format "$1" "$tag"; }
expect 'runs as uid 1000, not root' '^1000:0$' inspect '{{.OCIv1.Config.User}}'
expect 'has an entry point' 'vanta-sync' inspect '{{.OCIv1.Config.Entrypoint}}'
expect 'has a health check' 'healthcheck' inspect '{{.Docker.Config.Healthcheck}}'
expect 'carries its version' "$version" inspect '{{index .OCIv1.Config.Labels "org.opencontainers.image.version"}}'

expect 'vanta-sync --version' "$version" in_image --user 1000:0 -- vanta-sync --version
expect 'an arbitrary uid may write its state' '^written$' in_image --user 54321:0 -- sh -c 'touch /data/try && echo written'
expect 'nothing but /data and /tmp is writable' '^closed$' in_image --user 54321:0 -- \
  sh -c 'for d in /app /app/dist /config /usr/local/bin; do ! test -w $d || exit 1; done; echo closed'
expect 'zones work without tzdata' '^14:00 German$' in_image --user 1000:0 -- node -e \
  'console.log(new Date("2026-07-01T12:00:00Z").toLocaleTimeString("de-DE",{timeZone:"Europe/Berlin",hour:"2-digit",minute:"2-digit"}), new Intl.DisplayNames(["en"],{type:"language"}).of("de"))'
expect 'no development package is in it' '^none$' in_image --user 1000:0 -- \
  sh -c 'test ! -e /app/node_modules/typescript && test ! -e /app/node_modules/vitest && echo none'

# A config as it lies on a host: everything under /config is mounted read-only, and belongs to somebody else.
mkdir -p "$work/config/exports"
printf 'id\n1\n' >"$work/config/exports/people.csv"
printf 'no-secret' >"$work/config/client_secret"
cat >"$work/config/vanta.config.yaml" <<'YAML'
applications:
  people:
    clientId: vci_image_test
    clientSecret: { file: ./client_secret }
connectors:
  export:
    use: csv
    with: { path: ./exports/people.csv }
resources:
  people-accounts:
    type: user_account
    resourceId: 66f1c2a9e4b0a1d2c3e4f567
    from: [{ connector: export }]
YAML
chmod 711 "$work"
chmod -R a+rX "$work/config"
expect 'vanta-sync validate, on a config mounted read-only' '"exitCode": ?0' in_image --user 1000:0 \
  --env VANTA_SYNC_CONFIG=/config/vanta.config.yaml --volume "$work/config:/config:ro" -- vanta-sync validate --json

echo 'image-test: all passed'
