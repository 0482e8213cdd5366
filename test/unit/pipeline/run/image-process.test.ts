import { expect, test } from 'vitest';
import { imageProcess, type RunnableImage } from '../../../../src/pipeline/run/image-process.ts';

const image: RunnableImage = {
  id: 'acme/app',
  config: {
    User: 'web',
    Env: ['A=1', 'B=2'],
    WorkingDir: '/srv',
    Volumes: { '/data': {} },
    StopSignal: 'SIGQUIT',
  },
  layers: [],
  accounts: ['web:x:7:8::/home/web:/bin/sh\n', 'more:x:9:web\n'],
};
const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

test('a process is what the image says', () => {
  expect(imageProcess(image, {})).toEqual({
    ...{ uid: 7, gid: 8, additionalGids: [9], cwd: '/srv', layers: [], hostname: 'acme-app' },
    ...{ env: [path, 'HOME=/home/web', 'A=1', 'B=2'], volumes: ['/data'], stopSignal: 3 },
  });
});

test('unless the caller says otherwise', () => {
  const changes = { user: '0', env: ['B=3', 'PATH=/x'], workdir: '/tmp' };
  expect(imageProcess(image, changes)).toMatchObject({
    ...{ uid: 0, gid: 0, cwd: '/tmp', env: ['PATH=/x', 'HOME=/', 'A=1', 'B=3'] },
  });
  expect(() => imageProcess(image, { user: 'nobody-knows' })).toThrow('nobody-knows');
});

test('the name of its host is one that Linux takes', () => {
  const id = `acme/${'a'.repeat(80)}` as const;
  expect(imageProcess({ ...image, id }, {}).hostname).toBe(`acme-${'a'.repeat(58)}`);
});
