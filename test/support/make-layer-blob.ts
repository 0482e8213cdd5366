import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { RunSpec } from '../../src/ports/engine.ts';

/** A layer blob in `dir` of what `script` makes in an empty folder. */
export function makeLayerBlob(dir: string, script: string): RunSpec['layers'][number] {
  const name = mkdtempSync(join(dir, 'layer-'));
  chmodSync(name, 0o755);
  execFileSync('sh', ['-ec', script], { cwd: name });
  const tar = execFileSync('tar', ['--create', '--numeric-owner', '.'], {
    cwd: name,
    maxBuffer: 1 << 28,
  });
  writeFileSync(`${name}.tar.gz`, gzipSync(tar, { level: 1 }));
  const diffId = `sha256:${createHash('sha256').update(tar).digest('hex')}` as const;
  return { blobFile: `${name}.tar.gz`, diffId };
}
