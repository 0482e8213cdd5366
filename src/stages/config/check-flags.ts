import { resolve } from 'node:path';
import { KublerError } from '../../errors.ts';
import type { SettingsOverrides } from '../../model/settings-overrides.ts';
import { configSchema } from './config-schema.ts';
import { describeIssue } from './describe-issue.ts';
import type { Diagnostics } from './diagnostics.ts';

const { engine, default_builder, jobs, epoch, tags, prune } = configSchema.shape;

/** The flags whose values need a look, as users type them. */
const checks = (flags: SettingsOverrides) =>
  [
    { flag: '--engine', value: flags.engine, schema: engine },
    { flag: '--default-builder', value: flags.defaultBuilder, schema: default_builder },
    { flag: '--jobs', value: flags.jobs, schema: jobs },
    { flag: '--epoch', value: flags.epoch, schema: epoch },
    { flag: '--tag', value: flags.tags, schema: tags },
    { flag: '--prune', value: flags.prune, schema: prune },
  ] as const;

/**
 * What the command line says, with its data folder relative to `startDir`. Wrong values are noted as
 * `USAGE_INVALID`.
 */
export async function checkFlags(
  flags: SettingsOverrides,
  startDir: string,
  diagnostics: Diagnostics,
): Promise<SettingsOverrides> {
  for (const { flag, value, schema } of checks(flags)) {
    const [issue] = schema.safeParse(value, { reportInput: true }).error?.issues ?? [];
    if (issue === undefined) continue;
    const shown = Array.isArray(value) ? value.join(' ') : String(value);
    await diagnostics.collect(() =>
      Promise.reject(
        new KublerError('USAGE_INVALID', `cannot use ${flag} "${shown}": ${describeIssue(issue)}`),
      ),
    );
  }
  return flags.dataDir === undefined ? flags : { ...flags, dataDir: resolve(startDir, flags.dataDir) };
}
