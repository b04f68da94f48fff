#!/usr/bin/env bash
# Sees to it that Prometheus (with promtool) and the blackbox exporter are there: as root it installs Debian's, else it
# says what to do. `get_prometheus.sh promtool` needs the first alone.
set -euo pipefail

needed=(promtool)
packages=(prometheus)
if [ "${1:-}" != promtool ]; then
  needed+=(prometheus prometheus-blackbox-exporter)
  packages+=(prometheus-blackbox-exporter)
fi
missing=no
for name in "${needed[@]}"; do
  command -v "$name" >/dev/null || missing=yes
done
if [ "$missing" = no ]; then exit 0; fi

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "get_prometheus: apt-get install ${packages[*]} (once)"
  export DEBIAN_FRONTEND=noninteractive
  # Debian starts what it installs, and its Prometheus would take the port of another one: only the programs are needed.
  install=(apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=120 "${packages[@]}")
  export RUNLEVEL=1
  "${install[@]}" >/dev/null 2>&1 || { apt-get update -qq && "${install[@]}" >/dev/null; }
else
  echo "get_prometheus: not installed here: sudo apt-get install --no-install-recommends ${packages[*]}" >&2
  exit 1
fi
