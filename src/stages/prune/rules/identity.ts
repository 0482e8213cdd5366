import type { PruneRule } from './rule.ts';

/**
 * Files that maintainer scripts make once per machine: random or secret, so two builds differ and every container
 * would share them. The program makes its own at first start, or the entry point must.
 */
export const identityRule: PruneRule = {
  name: 'identity',
  explanation:
    'Files that are made once per machine: machine ids, host keys, self-signed certificates, random seeds, ' +
    'ready-made database clusters.',
  mode: 'always',
  remove: [
    'etc/machine-id',
    'var/lib/dbus/machine-id',
    'etc/hostid',
    'etc/ssh/ssh_host_*key{,.pub}',
    'etc/ssl/private/ssl-cert-snakeoil.key',
    'etc/ssl/certs/ssl-cert-snakeoil.pem',
    'var/lib/{systemd,urandom}/random-seed',
    'var/lib/systemd/credential.secret',
    'var/lib/random-seed',
    '{,root/}.rnd',
    'etc/bind/rndc.key',
    'etc/munge/munge.key',
    'etc/unbound/unbound_{server,control}.{key,pem}',
    'etc/dovecot/private/dovecot.{key,pem}',
    'etc/iscsi/initiatorname.iscsi',
    'etc/nvme/{hostid,hostnqn}',
    'var/lib/NetworkManager/secret_key',
    'var/lib/rabbitmq/.erlang.cookie',
    'var/lib/postgresql/[0-9]*{,/**}',
    'etc/postgresql/[0-9]*{,/**}',
    'var/lib/mysql/**/*',
  ],
  leavesFolders: true,
};
