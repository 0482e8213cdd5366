import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { toRootfs } from '../../../../src/model/tree-entry.ts';
import { findSecrets } from '../../../../src/stages/prune/index.ts';
import { makeRootfs, type Node } from '../../../support/make-rootfs.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
type Nodes = Readonly<Record<string, Node>>;
const find = async (nodes: Nodes, { keep = [] as readonly string[], below = {} } = {}) =>
  findSecrets(makeRootfs(nodes), { subject: 'acme/app', keep, below: makeRootfs(below) });
const found = async (...args: Parameters<typeof find>) =>
  (await find(...args)).map(({ code, message }) => `${code} ${message}`);

test('a private key in a place for configuration or data is an error', async () => {
  const openssh = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU\n';
  const old = '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nabc\n';
  expect(
    await found({
      'root/.ssh/id': openssh,
      'etc/a.pem': `# mine\n${key}`,
      'srv/b': old,
      'usr/share/x': key,
      app: key,
    }),
  ).toEqual([
    'PRUNE_SECRET cannot put "/app" into acme/app: it holds a private key',
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

test('KEEP allows a key, and so does a tree below that has it already', async () => {
  expect(await found({ 'etc/a.pem': key }, { keep: ['/etc/*.pem'] })).toEqual([]);
  expect(await found({ 'etc/a.pem': key }, { below: { 'etc/a.pem': key } })).toEqual([]);
  expect(await found({ 'etc/a.pem': key }, { below: { 'etc/a.pem': 'a placeholder' } })).toHaveLength(1);
});

test('a key that COPY brings is found wherever it goes, and told by the instruction', async () => {
  const at = { file: 'Dockerfile.template', line: 3, column: 1 };
  const entries = [...makeRootfs({ app: key, 'usr/share/app/key': key }).values()].map((entry) => ({
    ...entry,
    origin: { kind: 'dockerfile', line: 3 } as const,
  }));
  const secrets = await findSecrets(toRootfs(entries), { subject: 'a/b', keep: [], below: new Map(), at });
  expect(secrets.map((secret) => secret.at)).toEqual([at, at]);
});
