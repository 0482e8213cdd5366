import { KublerError } from '../../errors.ts';
import type { ImageRecord } from '../../model/image-record.ts';
import { hasFailed, type TestReport } from '../../model/test-report.ts';
import type { BuiltTree } from '../../store/index.ts';
import { keepImage } from './keep-image.ts';
import { testImage, testLog, type FinishedImage } from '../test/test-image.ts';
import type { Workspace } from '../workspace.ts';

export interface Settled {
  readonly report: TestReport;
  /** `TEST_FAILED`, when it did not pass. */
  readonly fault: KublerError | undefined;
}

/**
 * Tests a finished image. One that passes is made known: its tags, then its record. One that fails is kept apart,
 * without a tag, for `kubler test` to look at; if it counted as built before, it no longer does.
 */
export async function settleImage(workspace: Workspace, image: FinishedImage): Promise<Settled> {
  const report = await testImage(workspace, image);
  const record = { ...image.record, tests: report };
  if (hasFailed(report)) {
    await keepApart(workspace, record, image.tree);
    return { report, fault: testsFailed(record.id, report, testLog(workspace, image)) };
  }
  await keepImage(workspace, record, image.tree);
  await workspace.failed.remove(record.id);
  return { report, fault: undefined };
}

async function keepApart(workspace: Workspace, record: ImageRecord, tree: BuiltTree): Promise<void> {
  await workspace.failed.write(record, tree);
  const former = await workspace.records.read(record.id);
  if (former?.manifest.digest !== record.manifest.digest) return;
  for (const [name, { digest }] of await workspace.layout.references()) {
    const isStale = name.startsWith(`${record.id}:`) && digest === record.manifest.digest;
    if (isStale) await workspace.layout.removeReference(name);
  }
  await workspace.records.remove(record.id);
}

function testsFailed(id: string, { results }: TestReport, logFile: string): KublerError {
  const failed = results.filter(({ passed }) => !passed);
  const details = failed.flatMap(({ name, reason = '', output = [] }) => [
    `${name}: ${reason}`,
    ...output.map((line) => `  ${line}`),
  ]);
  const count = results.length === 1 ? 'its test' : `${failed.length} of ${results.length} tests`;
  return new KublerError('TEST_FAILED', `cannot accept ${id}: ${count} failed`, {
    ...{ details, logFile, hint: `kubler test ${id} runs them again` },
  });
}
