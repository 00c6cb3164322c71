#!/usr/bin/env bash
# A Docker of its own for `make docker`, on a Debian machine that may have none and reaches no registry of images. The two
# base images are stand-ins made of Debian's packages: what the official images add is not tried.
#
#   daemon.sh lacks DIR    say in one line what the machine lacks for it; nothing where it lacks nothing
#   daemon.sh start DIR    install what is missing and start the daemon, with all its files under DIR; exit 3 where the
#                          machine turns out to lack something
#   daemon.sh images DIR   make the base images that docker/Dockerfile and docker/compose.yaml name
#   daemon.sh meet DIR     two containers reach one another by name; exit 3 where they do not
#   daemon.sh stop DIR     end the daemon and everything in it, and delete DIR
#
# Mirror, proxy and certificates are those of the machine. The daemon has process and mount namespaces of its own, so
# that nothing of it outlives it, however it ends; it adds one rule to the machine's firewall and takes it
# away again: its containers reach one another and nothing else. With DIR/bin first on PATH and DOCKER_CONFIG=DIR/config, `docker` and `docker compose` are its own.
set -euo pipefail
what=${1:?lacks, start, images, meet or stop} dir=${2:?a folder}
here=$(cd "$(dirname "$0")" && pwd) name=$(basename "$dir")
# A socket's path may have 107 letters.
[ ${#dir} -le 50 ] || { echo "$dir is too long a path for a socket: 50 letters at most." >&2; exit 2; }
export DOCKER_HOST=unix://$dir/docker.sock DOCKER_BUILDKIT=1
client=/usr/bin/docker compose=usr/libexec/docker/cli-plugins/docker-compose
between=(-i br-+ -o br-+ -m comment --comment "$name" -j ACCEPT)
# LACKING: the exit code of a start that the machine cannot do.
NEEDED_GB=6 ROOMY_GB=16 START_SECONDS=60 SERVICES=6 LACKING=3
# The next Debian, and what its Postgres is called here.
NEWER=trixie NEWER_POSTGRES=postgres:newer

mirror() { # the first Debian mirror of the machine's own lists
  grep -rhoE 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
    head -n 1 | sed 's#/* *$##'
}

lacks() {
  tried
  rm -rf --one-file-system "$dir.lacks"
}

tried() { # the first of what the daemon or a container does that cannot be done here, by what it takes
  [ "$(id -u)" = 0 ] || { echo "root"; return; }
  [ -n "$(mirror)" ] || { echo "Debian's package tools with a mirror"; return; }
  local place=$dir.lacks each free
  mkdir -p "$place"/{lower,upper,work,merged,old}
  timeout 20 unshare --mount --uts --ipc --net --pid --fork --mount-proc true 2>/dev/null ||
    { echo "namespaces for processes, mounts and networks"; return; }
  grep -qw overlay /proc/filesystems || modprobe overlay 2>/dev/null || true
  timeout 20 unshare --mount sh -c 'cd "$1" && mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay merged &&
    mknod merged/null c 1 3 && echo >merged/null && mkdir merged/old && cd merged && pivot_root . old' sh "$place" 2>/dev/null ||
    { echo "overlay support: an overlay file system with a device in it cannot be mounted below $(dirname "$dir")"; return; }
  # Of each kind of groups that are there, one can be made, and a process put into it.
  for each in /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/{memory,devices,pids}/cgroup.procs; do
    [ -e "$each" ] || continue
    each=$(dirname "$each")/$name-lacks
    { mkdir "$each" && sh -c 'echo $$ >"$1"' sh "$each/cgroup.procs"; } 2>/dev/null ||
      { rmdir "$each" 2>/dev/null || true; echo "control groups that root may write to"; return; }
    for _ in $(seq 20); do ! rmdir "$each" 2>/dev/null || break; sleep .1; done
  done
  [ -e /sys/fs/cgroup/cgroup.procs ] || [ -e /sys/fs/cgroup/devices/cgroup.procs ] || { echo "control groups"; return; }
  # Without `ip` it is tried again when that is installed.
  if command -v ip >/dev/null; then
    unshare --net sh -c 'ip link add bridge0 type bridge && ip link add veth0 type veth peer name veth1 &&
      ip link set veth0 master bridge0 && ip address add 10.254.254.1/24 dev bridge0 && ip link set bridge0 up' 2>/dev/null ||
      { echo "support for network bridges"; return; }
  fi
  free=$(df -P -BG "$(dirname "$dir")" | awk 'NR == 2 {print $4 + 0}')
  [ "$free" -ge $NEEDED_GB ] || echo "disk: $free of $NEEDED_GB GB free at $(dirname "$dir")"
}

start() {
  if [ ! -x $client ] || ! command -v debootstrap dockerd iptables ip curl xz >/dev/null; then
    apt-get update -qq || { echo "an answer from its mirror, $(mirror)"; return $LACKING; }
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends docker.io debootstrap iptables iproute2 xz-utils curl >/dev/null
  fi
  # What could not be tried before it was installed.
  local lacking
  lacking=$(lacks)
  [ -z "$lacking" ] || { echo "$lacking"; return $LACKING; }
  mkdir -p "$dir/bin" "$dir/config/cli-plugins"
  ln -s $client "$dir/bin/docker"
  # Compose v2 is in the next Debian; it is one program that needs nothing else.
  local package
  package=$(curl -fsS "$(mirror)/dists/$NEWER/main/binary-$(dpkg --print-architecture)/Packages.xz" | xz -dc |
    awk '/^Package: docker-compose$/,/^$/' | awk '/^Filename/ {print $2}')
  curl -fsS -o "$dir/compose.deb" "$(mirror)/$package"
  dpkg -x "$dir/compose.deb" "$dir/compose"
  ln -s "$dir/compose/$compose" "$dir/config/cli-plugins/docker-compose"
  # Where the machine lets nothing through between networks, that holds between two containers of one network as well;
  # where it has no such rules, none is needed, and this may fail.
  iptables -w -I FORWARD "${between[@]}" 2>/dev/null || true
  # Where there is memory for them, images and volumes lie there: making and deleting them is what takes longest on a disk.
  # The networks are written to the disk all the same, for `stop` must find their bridges.
  mkdir -p "$dir/data" "$dir/network"
  # To the kernel the group of all containers is one process among the machine's: let it count as its six services.
  weigh /sys/fs/cgroup/cpu "cpu.shares" $((SERVICES * 1024))
  [ ! -e /sys/fs/cgroup/cgroup.controllers ] || weigh /sys/fs/cgroup "cpu.weight" $((SERVICES * 100))
  local size=0
  # Its first process dies with unshare, and everything in it with the first process.
  if [ "$(awk '/^MemAvailable/ {print int($2 / 1048576)}' /proc/meminfo)" -ge $ROOMY_GB ]; then size=$((NEEDED_GB * 2)); fi
  setsid unshare --mount --pid --fork --kill-child --mount-proc sh -c '
    if [ "$1" != 0 ]; then mount -t tmpfs -o "size=$1g,mode=711" tmpfs "$2/data"; fi
    mkdir -p "$2/data/network/files" && mount --bind "$2/network" "$2/data/network/files"
    shift 2; exec "$@"' "$name" "$size" "$dir" \
    dockerd --data-root "$dir/data" --exec-root "$dir/run" --pidfile "$dir/docker.pid" -H "$DOCKER_HOST" \
    --bridge none --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false \
    --cgroup-parent "/$name" >"$dir/docker.log" 2>&1 </dev/null &
  echo $! >"$dir/unshare.pid"
  for _ in $(seq $START_SECONDS); do
    if $client version >/dev/null 2>&1; then return; fi
    sleep 1
  done
  echo "The Docker daemon has not started within $START_SECONDS s; the end of its log:" >&2
  tail -n 15 "$dir/docker.log" >&2
  return 1
}

weigh() { # where this kind of groups is there
  [ -d "$1" ] || return 0
  mkdir -p "$1/$name"
  echo "$3" 2>/dev/null >"$1/$name/$2" || true
}

base() { # a Debian of this name, as an image
  # What it mounts is gone with it, also where it is ended in the middle.
  unshare --mount debootstrap --variant=minbase --include=ca-certificates "$1" "$dir/base-$1" "$(mirror)" >"$dir/debootstrap-$1.log" 2>&1 ||
    { tail -n 5 "$dir/debootstrap-$1.log" >&2; return 1; }
  echo "deb $(mirror) $1 main" >"$dir/base-$1/etc/apt/sources.list"
  # How this machine reaches its mirror.
  grep -lE '^ *Acquire::(Check-|http|https|Retries)' /etc/apt/apt.conf.d/* 2>/dev/null | xargs -r cp -t "$dir/base-$1/etc/apt/apt.conf.d/"
  # What this machine trusts, the image trusts.
  cp /etc/ssl/certs/ca-certificates.crt "$dir/base-$1/etc/ssl/certs/ca-certificates.crt"
  tar -C "$dir/base-$1" -c . | $client import - "debian-stand-in:$1" >/dev/null
  rm -rf --one-file-system "$dir/base-$1"
}

build() { # an image of this name from a Dockerfile on standard input, in a folder
  local each arguments=()
  for each in http_proxy https_proxy no_proxy; do
    if [ -n "${!each:-}" ]; then arguments+=(--build-arg "$each=${!each}"); fi
  done
  $client build -q --network host "${arguments[@]}" -t "$1" -f - "$2" >/dev/null
}

postgres() { # the Postgres of a Debian, as an image of this name
  build "$1" "$here" <<IMAGE
FROM debian-stand-in:$2
RUN apt-get update && apt-get install -y --no-install-recommends postgresql
COPY postgres.sh /
# As the official image: asked to end, it does not wait for its clients to go.
STOPSIGNAL SIGINT
ENTRYPOINT ["bash", "/postgres.sh"]
IMAGE
}

python_image() { echo "python:$(sed -n 's/^ARG PYTHON=//p' "$here/../Dockerfile")"; }

python() { # the Python of a Debian, as an image of this name
  local each indexes=""
  for each in PIP_INDEX_URL PIP_EXTRA_INDEX_URL UV_INDEX_URL UV_DEFAULT_INDEX; do
    if [ -n "${!each:-}" ]; then indexes+=" $each=${!each}"; fi
  done
  build "$1" "$here" <<IMAGE
FROM debian-stand-in:$2
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-venv python3-pip \
    && ln -s /usr/bin/python3 /usr/local/bin/python && ln -s /usr/bin/pip3 /usr/local/bin/pip
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt UV_SYSTEM_CERTS=1$indexes
IMAGE
}

images() {
  local python postgres debian
  python=$(python_image)
  postgres=$(sed -n 's/^ *image: \(postgres:.*\)$/\1/p' "$here/../compose.yaml")
  debian=${python##*-}
  # Two major versions of Postgres, both Debian's, whatever the names of the images say: at first it is the older one.
  (base $NEWER && postgres "$NEWER_POSTGRES" $NEWER) &
  base "$debian"
  python "$python" "$debian" &
  postgres "$postgres" "$debian"
  wait -n && wait -n
}

meet() { # nothing of the project's is in it: where this fails, the machine's kernel or firewall does
  local said
  said=$({
    $client network create meeting && $client run -d --name host --network meeting --memory 128m "$(python_image)" python -m http.server 8000 &&
      $client run --rm --network meeting "$(python_image)" timeout 20 sh -c "until python -c '
from urllib.request import urlopen
urlopen(\"http://host:8000\", timeout=5)'; do sleep 1; done"
  } 2>&1) || { echo "two containers that reach one another: $(tail -n 1 <<<"$said")"; return $LACKING; }
  { $client rm -f host && $client network rm meeting; } >/dev/null
}

stop() {
  [ -d "$dir" ] || return 0
  local unshare bridge
  unshare=$(cat "$dir/unshare.pid" 2>/dev/null || echo 0)
  if [ "$unshare" != 0 ] && grep -qaF -- "$dir/data" "/proc/$unshare/cmdline" 2>/dev/null; then
    kill -KILL "$unshare"
    for _ in $(seq 100); do
      grep -qaF -- "$dir/data" /proc/[0-9]*/cmdline 2>/dev/null || break
      sleep .2
    done
  fi
  iptables -w -D FORWARD "${between[@]}" 2>/dev/null || true
  for bridge in $(grep -aohE 'br-[0-9a-f]{12}' "$dir/network/local-kv.db" 2>/dev/null | sort -u); do
    ip link delete "$bridge" 2>/dev/null || true
  done
  # A control group can be removed a moment after its last process has gone.
  for _ in $(seq 50); do
    find /sys/fs/cgroup -depth -type d -path "*/$name*" -exec rmdir {} + 2>/dev/null || true
    [ -n "$(find /sys/fs/cgroup -maxdepth 2 -name "$name")" ] || break
    sleep .2
  done
  rm -rf --one-file-system "$dir"
}

case $what in
lacks | start | images | meet | stop) $what ;;
*) echo "lacks, start, images, meet or stop" >&2; exit 2 ;;
esac
