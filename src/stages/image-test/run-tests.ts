import { buildTestName, type ImageTests } from '../../model/image-tests.ts';
import type { TestResult } from '../../model/test-report.ts';
import { checkFile } from './check-file.ts';
import { runTest, toFailure } from './run-test.ts';
import { commandName, testCommand } from './test-command.ts';
import { testHealth } from './test-health.ts';
import { testScript } from './test-script.ts';
import { testService } from './test-service.ts';
import type { TestSubject } from './test-subject.ts';

/** Runs all tests of an image, one after the other, the cheap ones first. A failed one stops nothing. */
export async function runTests(subject: TestSubject, tests: ImageTests): Promise<readonly TestResult[]> {
  const { file, health } = tests;
  const results: TestResult[] = [];
  for (const test of file?.files ?? []) {
    const work = async () => toFailure(await checkFile(subject, test));
    results.push(await runTest(`file: ${test.path}`, subject, work));
  }
  for (const test of file?.commands ?? []) {
    if (test.inService) continue;
    results.push(
      await runTest(commandName(subject, test), subject, () => testCommand(subject, file ?? {}, test)),
    );
  }
  if (tests.buildTest) results.push(await runTest(buildTestName, subject, () => testScript(subject)));
  if (file) results.push(...(await testService(subject, file)));
  if (health) results.push(await runTest('health check', subject, () => testHealth(subject, health)));
  return results;
}
