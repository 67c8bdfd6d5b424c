#!/bin/sh
# Checks Prometheus' configurations and rules, and runs the rules' unit tests: `npm run check:monitoring`.
set -eu
cd "${0%/*}/prometheus"

promtool=${PROMTOOL:-$(command -v promtool || true)}
if [ -z "$promtool" ]; then
  echo 'promtool is needed, which comes with Prometheus: install it (`sudo apt-get install prometheus`,' \
    '`brew install prometheus`), or set PROMTOOL to where it is.' >&2
  exit 1
fi
"$promtool" check config prometheus.yml compose.yml
# Debian's promtool is built without Kubernetes.
if ! said=$("$promtool" check config kubernetes.yml 2>&1); then
  case $said in
    *'field kubernetes_sd_configs not found'*) said='kubernetes.yml: not checked, this promtool knows no Kubernetes' ;;
    *) echo "$said" >&2 && exit 1 ;;
  esac
fi
echo "$said"
"$promtool" test rules alerts.test.yml
