import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KublerError } from '../../errors.ts';

/** Where containers find the private certificate authority, when one is configured. */
export const caContainerPath = '/.kubler-ca.pem';

/** RFC 7468, section 5. */
const certificate = /^-----BEGIN CERTIFICATE-----\r?\n[A-Za-z0-9+/=\s]+?^-----END CERTIFICATE-----\r?$/gm;

/**
 * Copies the certificates of a PEM file, and nothing else of it, to a file that containers may see. What a project names
 * as its certificate file need not be one: without this, hooks could read any file of the host.
 * @returns path of the copy in `dir`
 * @throws KublerError `CONFIG_INVALID` when there is no certificate in it
 */
export async function copyCertificates(caFile: string, dir: string): Promise<string> {
  const text = await readFile(caFile, 'utf8').catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new KublerError('CONFIG_INVALID', `cannot read certificate file "${caFile}": ${reason}`, { cause });
  });
  const certificates = text.match(certificate) ?? [];
  if (certificates.length === 0)
    throw new KublerError('CONFIG_INVALID', `cannot use "${caFile}" as a certificate file: it has none`, {
      hint: 'network.ca_file names a PEM file, with lines "-----BEGIN CERTIFICATE-----"',
    });
  const copy = join(dir, 'ca.pem');
  await writeFile(copy, certificates.map((each) => `${each}\n`).join(''));
  // Whatever the umask: not everyone in the container is root.
  await chmod(copy, 0o644);
  return copy;
}
