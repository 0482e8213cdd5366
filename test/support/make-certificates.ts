import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificates {
  /** PEM file of an authority that nobody else knows. */
  readonly caFile: string;
  /** PEM texts of a server on this machine, vouched for by that authority. */
  readonly key: string;
  readonly cert: string;
  /** Files of the same, for programs; a client shows it too. */
  readonly certFile: string;
  readonly keyFile: string;
}

/** Makes a certificate authority, and a certificate for `localhost` and `127.0.0.1`, in the folder `dir`. */
export function makeCertificates(dir: string): Certificates {
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: dir, stdio: 'ignore' });
  };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const ca = ['-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=Test CA'];
  openssl('req', '-x509', ...newKey, ...ca);
  openssl('req', ...newKey, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost');
  writeFileSync(join(dir, 'ext'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  const sign = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'ext'];
  openssl('x509', '-req', '-in', 'server.csr', '-out', 'server.pem', ...sign);
  const read = (name: string): string => readFileSync(join(dir, name), 'utf8');
  const [caFile = '', certFile = '', keyFile = ''] = ['ca.pem', 'server.pem', 'server.key'].map((name) =>
    join(dir, name),
  );
  return { caFile, certFile, keyFile, key: read('server.key'), cert: read('server.pem') };
}
