import type { Check } from './check.ts';
import { elfInterpreterCheck } from './elf-interpreter.ts';
import { elfNeededCheck } from './elf-needed.ts';
import { elfVersionCheck } from './elf-version.ts';
import { entrypointCheck } from './entrypoint.ts';
import { moduleCheck } from './module.ts';
import { pathCheck } from './path.ts';
import { privateKeyCheck } from './private-key.ts';
import { runTimeLoadCheck } from './run-time-load.ts';
import { setuidCheck } from './setuid.ts';
import { shebangCheck } from './shebang.ts';
import { shellCheck } from './shell.ts';
import { symlinkCheck } from './symlink.ts';
import { userCheck } from './user.ts';
import { usrMergeCheck } from './usr-merge.ts';
import { workdirCheck } from './workdir.ts';
import { worldWritableCheck } from './world-writable.ts';

/** Every check, in the order of findings. */
export const checks: readonly Check[] = [
  entrypointCheck,
  userCheck,
  workdirCheck,
  pathCheck,
  usrMergeCheck,
  elfInterpreterCheck,
  elfNeededCheck,
  elfVersionCheck,
  runTimeLoadCheck,
  shellCheck,
  shebangCheck,
  symlinkCheck,
  moduleCheck,
  privateKeyCheck,
  setuidCheck,
  worldWritableCheck,
];
