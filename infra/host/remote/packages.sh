# Debian packages that are missing; nothing is called but dpkg-query when none is.

policy=/usr/sbin/policy-rc.d
policy_is_ours=no

install_packages() {
  [ -n "$packages" ] || return 0
  present=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' -- $packages 2>/dev/null)
  missing=''
  for package in $packages; do
    has "$present" "installed $package" || missing="$missing$nl$package"
  done
  [ -n "$missing" ] || return 0
  # Daemons of new packages must not start before they are configured.
  if [ ! -e "$policy" ] || grep -q egov "$policy"; then
    policy_is_ours=yes
    printf '#!/bin/sh\n# egov: nothing starts before it is configured\nexit 101\n' >"$policy" && chmod 755 "$policy"
  fi
  if ! apt_install; then
    apt-get -q update >/dev/null 2>&1 3<&- 9>&-
    apt_install || fail packages "$(printf '%s ' $missing)" "$(printf '%s\n' "$said" | grep '^E:')"
  fi
  did installed $missing
}

apt_install() {
  said=$(DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=120 \
    install -- $missing 2>&1 3<&- 9>&-)
}
