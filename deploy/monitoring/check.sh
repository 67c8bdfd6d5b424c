#!/bin/sh
# Checks Prometheus' configuration and rules, and runs the rules' unit tests: `npm run check:monitoring`.
set -eu
cd "${0%/*}/prometheus"

promtool=${PROMTOOL:-$(command -v promtool || true)}
if [ -z "$promtool" ]; then
  echo 'promtool is needed, which comes with Prometheus: install it (`sudo apt-get install prometheus`,' \
    '`brew install prometheus`), or set PROMTOOL to where it is.' >&2
  exit 1
fi
"$promtool" check config prometheus.yml
"$promtool" test rules alerts.test.yml
