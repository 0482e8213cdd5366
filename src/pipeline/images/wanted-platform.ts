import { toOciArchitecture } from '../../model/architecture.ts';
import { parsePlatform, type Wanted } from '../../stages/source/index.ts';

/** Which image of several is meant: that of `--platform`, and no other, or this machine's. */
export const wantedPlatform = (platform?: string): Wanted =>
  platform === undefined
    ? { platform: `linux/${toOciArchitecture(process.arch)}`, strict: false }
    : { platform: parsePlatform(platform), strict: true };
