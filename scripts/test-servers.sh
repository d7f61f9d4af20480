#!/usr/bin/env bash
# Installs the servers and peers that the agent's tests and benches run for real and that no Debian package has, once,
# into a cache folder, and prints the folder to put on PATH: PATH="$(scripts/test-servers.sh):$PATH"
#   scripts/test-servers.sh [fake-gcs-server] [azurite] [versitygw] [rclone] [restic]    default: the first three
set -euo pipefail
cache="${XDG_CACHE_HOME:-$HOME/.cache}/backup-tiers-test-servers"
bin="$cache/bin"
mkdir -p "$bin"
[ $# -gt 0 ] || set -- fake-gcs-server azurite versitygw

go_install() {
  [ -x "$bin/$1" ] || CGO_ENABLED=0 GOBIN="$bin" go install -trimpath -ldflags "-s -w" "$2" >&2
}

for program in "$@"; do
  case $program in
    fake-gcs-server) go_install fake-gcs-server github.com/fsouza/fake-gcs-server@v1.56.1 ;;
    versitygw) command -v versitygw >/dev/null || go_install versitygw github.com/versity/versitygw/cmd/versitygw@v1.7.0 ;;
    rclone) go_install rclone github.com/rclone/rclone@v1.71.2 ;;
    restic) go_install restic github.com/restic/restic/cmd/restic@v0.18.1 ;;
    azurite)
      # Too heavy for a devDependency: it brings an emulator of SQL and of queues.
      if [ ! -x "$bin/azurite-blob" ]; then
        npm install --prefix "$cache/azurite" --no-audit --no-fund --ignore-scripts azurite@3.35.0 >&2
        ln -sf "$cache/azurite/node_modules/.bin/azurite-blob" "$bin/azurite-blob"
      fi
      ;;
    *) echo "test-servers: unknown program '$program'" >&2 && exit 2 ;;
  esac
done
echo "$bin"
