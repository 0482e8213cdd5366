import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { findSecrets } from '../../../../src/stages/prune/index.ts';
import { makeRootfs, type Node } from '../../../support/make-rootfs.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const found = async (nodes: Readonly<Record<string, Node>>, keep: readonly string[] = []) =>
  (await findSecrets(makeRootfs(nodes), 'acme/app', keep)).map(({ code, message }) => `${code} ${message}`);

test('a private key in a place for configuration or data is an error', async () => {
  const openssh = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU\n';
  const old = '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nabc\n';
  expect(
    await found({ 'root/.ssh/id': openssh, 'etc/a.pem': `# mine\n${key}`, 'srv/b': old, 'usr/x': key }),
  ).toEqual([
    'PRUNE_SECRET cannot put "/etc/a.pem" into acme/app: it holds a private key',
    'PRUNE_SECRET cannot put "/root/.ssh/id" into acme/app: it holds a private key',
    'PRUNE_SECRET cannot put "/srv/b" into acme/app: it holds a private key',
  ]);
});

test('public keys and talk about private keys are none', async () => {
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const script = `grep -q "-----BEGIN PRIVATE KEY-----" file\n-----BEGIN PRIVATE KEY-----\n(paste it here)`;
  expect(await found({ 'etc/public.pem': pem, 'etc/script': script })).toEqual([]);
});

test('KEEP and the parent image allow a key', async () => {
  expect(await found({ 'etc/a.pem': key }, ['/etc/*.pem'])).toEqual([]);
  expect(await findSecrets(makeRootfs({ 'etc/a.pem': key }), 'acme/app', [], new Set(['etc/a.pem']))).toEqual(
    [],
  );
});
