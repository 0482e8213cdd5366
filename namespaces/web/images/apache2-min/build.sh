# shellcheck shell=bash
_packages="apache2"

finish_rootfs_build() {
  local apache="${_ROOTFS}/etc/apache2"
  # An ordinary user serves: an unprivileged port, logs to the container's streams.
  sed-or-die '^Listen 80$' 'Listen 8080' "${apache}/ports.conf"
  sed-or-die '<VirtualHost \*:80>' '<VirtualHost *:8080>' "${apache}/sites-available/000-default.conf"
  sed-or-die 'ErrorLog .*' 'ErrorLog /dev/stderr' "${apache}/apache2.conf"
  sed-or-die 'ErrorLog .*' 'ErrorLog /dev/stderr' "${apache}/sites-available/000-default.conf"
  sed-or-die 'CustomLog [^ ]*' 'CustomLog /dev/stdout' "${apache}/sites-available/000-default.conf"
  sed-or-die 'CustomLog [^ ]*' 'CustomLog /dev/stdout' "${apache}/conf-available/other-vhosts-access-log.conf"
  # Besides what Debian enables.
  ln -s ../mods-available/{headers,rewrite}.load "${apache}/mods-enabled"
  printf 'ServerName localhost\nPidFile /tmp/apache2.pid\nMutex file:/tmp\n' >"${apache}/conf-enabled/container.conf"
  printf '<!doctype html>\n<title>It works</title>\n<p>Served by Apache from a minimal image.\n' >"${_ROOTFS}/var/www/html/index.html"
}
