#!/bin/sh
# install.sh VERB [PACKAGE…]: apt-get VERB from the archives Kubler has fetched, in the container whose / is the
# target root. Maintainer scripts run; services do not start.
set -e
# One stream for both, so that the log has lines in the order they were written.
exec 2>&1
umask 022
verb="$1"
shift
had_policy=$(test -e /usr/sbin/policy-rc.d && echo yes || echo no)
if [ "$had_policy" = no ]; then
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
  chmod 755 /usr/sbin/policy-rc.d
fi
apt-get --yes --no-download "$verb" -- "$@" </dev/null
if [ "$had_policy" = no ]; then
  rm -f /usr/sbin/policy-rc.d
fi
