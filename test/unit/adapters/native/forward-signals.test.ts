import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { forwardSignals } from '../../../../src/adapters/native/forward-signals.ts';
import type { Helper } from '../../../../src/adapters/native/helper.ts';
import { exitStatus, startCommand } from '../../../../src/adapters/native/run-command.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';

const dir = useTempDir();
const helper = {} as Helper;

/** Stands for nsenter, runc as its child: that dies of a signal until it has written its process id. */
const nsenter = `sh -c '
  echo started; read -r _ < "$0"
  trap "exit 7" TERM; echo $$ > "$1"; while :; do sleep 0.01; done
' "$1" "$2" & wait $!`;

it('keeps a signal that comes while the command is started until it runs', async () => {
  const [gate, pidFile] = [join(dir, 'gate'), join(dir, 'pid')];
  await exitStatus(startCommand(['mkfifo', gate], 'ignore'));
  const child = startCommand(['sh', '-c', nsenter, 'sh', gate, pidFile], ['ignore', 'pipe', 'inherit']);
  const status = exitStatus(child);
  const pid = () => readFile(pidFile, 'utf8').then(Number, () => undefined);
  const stop = forwardSignals(child, { pid }, helper);
  try {
    if (child.stdout) await once(child.stdout, 'data');
    process.emit('SIGTERM', 'SIGTERM');
    await sleep(300);
    await exitStatus(startCommand(['sh', '-c', 'echo > "$0"', gate], 'ignore'));
    expect(await status).toBe(7);
  } finally {
    stop();
  }
});
