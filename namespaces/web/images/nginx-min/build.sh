# shellcheck shell=bash
_packages="nginx"

finish_rootfs_build() {
  local nginx="${_ROOTFS}/etc/nginx"
  # An ordinary user serves: an unprivileged port, logs to the container's streams, all that is written in /tmp.
  sed-or-die '^user www-data;$' '' "${nginx}/nginx.conf"
  sed-or-die '^pid .*' 'pid /tmp/nginx.pid;' "${nginx}/nginx.conf"
  sed-or-die 'error_log .*' 'error_log stderr;' "${nginx}/nginx.conf"
  sed-or-die 'access_log .*' 'access_log /dev/stdout;' "${nginx}/nginx.conf"
  sed-or-die 'listen 80 default_server' 'listen 8080 default_server' "${nginx}/sites-available/default"
  sed-or-die 'listen \[::\]:80 default_server;' '' "${nginx}/sites-available/default"
  ln -s ../sites-available/default "${nginx}/sites-enabled/default"
  printf '%s_temp_path /tmp/%s;\n' client_body body proxy proxy fastcgi fastcgi uwsgi uwsgi scgi scgi >"${nginx}/conf.d/container.conf"
  mkdir -p "${_ROOTFS}/var/www/html"
  printf '<!doctype html>\n<title>It works</title>\n<p>Served by nginx from a minimal image.\n' >"${_ROOTFS}/var/www/html/index.html"
}
