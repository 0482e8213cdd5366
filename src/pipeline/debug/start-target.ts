import type { ImageId } from '../../model/image-id.ts';
import type { Debugger, OwnContainer } from '../../ports/debugger.ts';
import { readRecord } from '../read-record.ts';
import { imageProcess, readRunnable } from '../run/image-process.ts';
import { commandOf } from '../run/run-image.ts';
import type { Workspace } from '../workspace.ts';

const lastLines = 10;

/**
 * Starts an image to be looked at, with a network of its own that leads nowhere. `said` gets the last lines of its output.
 * With `hold` its command is not started: only its files are there. Throws `IMAGE_NOT_BUILT`, `IMAGE_INVALID`, and as
 * `Engine.start` does.
 */
export async function startTarget(
  workspace: Workspace,
  looker: Debugger,
  { id, hold }: { readonly id: ImageId; readonly hold: boolean },
  said: string[],
): Promise<OwnContainer> {
  const record = await readRecord(workspace, id);
  const image = await readRunnable(workspace, record, await workspace.records.readTree(record));
  if (hold) return looker.hold({ layers: image.layers });
  return looker.start({
    ...imageProcess(image, {}),
    ...{ argv: commandOf(id, image.config, { args: [] }), mounts: [], ports: [] },
    ...{ readOnly: false, capabilities: 'default', network: 'none', interactive: false, tty: false },
    log: (line) => {
      said.push(line);
      if (said.length > lastLines) said.shift();
    },
  });
}
