#!/usr/bin/env bash
# Sees to it that the browser tests have a Chromium: as root it installs Debian's, else it says what to do.
set -euo pipefail

for name in chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null; then exit 0; fi
done

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "get_chromium: apt-get install chromium (once)"
  install=(apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=120 chromium fonts-dejavu-core)
  export DEBIAN_FRONTEND=noninteractive
  "${install[@]}" >/dev/null 2>&1 || { apt-get update -qq && "${install[@]}" >/dev/null; }
else
  echo "get_chromium: no Chromium is installed here: sudo apt-get install --no-install-recommends chromium" >&2
  exit 1
fi
