import { join } from 'node:path';
import {
  buildTestName,
  testFileName,
  type HealthRules,
  type ImageTests,
  type TestFile,
} from '../../model/image-tests.ts';
import type { Diagnostics } from './diagnostics.ts';
import { parseYaml } from './parse-yaml.ts';
import { checkFile } from './read-build-conf.ts';
import { readSource } from './read-source.ts';
import { testFileSchema } from './test-file-schema.ts';
import type { VariableReader } from './variable-reader.ts';

/** What an image is tested for: the files in its folder `dir`, and POST_BUILD_HC of its build.conf. Faults are noted. */
export async function loadTests(
  dir: string,
  reader: VariableReader,
  diagnostics: Diagnostics,
): Promise<ImageTests> {
  return {
    buildTest: await checkFile(dir, buildTestName),
    health: readHealthRules(reader),
    file: await diagnostics.collect(() => readTestFile(dir, diagnostics)),
  };
}

async function readTestFile(dir: string, diagnostics: Diagnostics): Promise<TestFile | undefined> {
  await checkFile(dir, testFileName);
  const source = await readSource(join(dir, testFileName));
  return source && parseYaml(source, testFileSchema, diagnostics)?.value;
}

/** POST_BUILD_HC and its knobs, with the original's defaults. */
function readHealthRules(reader: VariableReader): HealthRules | undefined {
  const rules: HealthRules = {
    maxDuration: readNumber(reader, 'POST_BUILD_HC_MAX_DURATION', 30, 1),
    interval: readNumber(reader, 'POST_BUILD_HC_INTERVAL', 5, 1),
    timeout: readNumber(reader, 'POST_BUILD_HC_TIMEOUT', 5, 1),
    startPeriod: readNumber(reader, 'POST_BUILD_HC_START_PERIOD', 3, 0),
    retries: readNumber(reader, 'POST_BUILD_HC_RETRIES', 3, 1),
    minHealthyStreak: readNumber(reader, 'POST_BUILD_HC_MIN_HEALTHY_STREAK', 5, 1),
  };
  if ((reader.text('POST_BUILD_HC') ?? 'false') === 'false') return undefined;
  const needed = rules.interval * rules.minHealthyStreak;
  if (needed > rules.startPeriod + rules.maxDuration) {
    reader.fault(
      'POST_BUILD_HC',
      `${rules.minHealthyStreak} healthy answers, one every ${rules.interval} s, do not fit into ` +
        `${rules.startPeriod} + ${rules.maxDuration} s`,
      { hint: `set POST_BUILD_HC_MAX_DURATION='${needed}', or more` },
    );
  }
  return rules;
}

function readNumber(reader: VariableReader, name: string, fallback: number, least: number): number {
  const text = reader.text(name);
  if (text === undefined) return fallback;
  const value = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  if (value >= least) return value;
  reader.fault(name, `it must be a whole number of at least ${least}`);
  return fallback;
}
