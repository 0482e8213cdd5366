import type { Input } from '../../ports/engine.ts';
import { caContainerPath } from '../../stages/builder/index.ts';

/** What every build container sees of the host, read-only. */
export function sessionInputs(options: {
  readonly containerDir: string;
  readonly configDir: string;
  /** File with further certificate authorities, and nothing else. */
  readonly caFile: string | undefined;
}): readonly Input[] {
  const { caFile } = options;
  return [
    { hostPath: options.containerDir, containerPath: '/.kubler' },
    { hostPath: options.configDir, containerPath: '/config' },
    ...(caFile === undefined ? [] : [{ hostPath: caFile, containerPath: caContainerPath }]),
  ];
}
