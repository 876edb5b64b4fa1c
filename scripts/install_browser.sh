#!/usr/bin/env bash
# Make sure that the tests of the web UI have a browser, and Japanese letters for it: as root on Debian and Ubuntu they
# are installed, elsewhere it is said how. Without them those tests are skipped, and nothing else needs them.
set -euo pipefail

needed=()
command -v chromium >/dev/null || needed+=(chromium)
fc-list :lang=ja 2>/dev/null | grep -q . || needed+=(fonts-noto-cjk fontconfig)
((${#needed[@]})) || exit 0

if ((EUID == 0)) && command -v apt-get >/dev/null; then
  echo "Installing ${needed[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${needed[@]}" >/dev/null
  exit 0
fi
echo "The tests of the web UI need: ${needed[*]}. On Debian and Ubuntu: sudo apt-get install ${needed[*]}" >&2
if [[ -n ${CI:-} ]]; then exit 1; fi
echo "Without, they are skipped." >&2
