import { KublerError } from '../errors.ts';
import type { Digest } from '../model/digest.ts';
import type { ImageId } from '../model/image-id.ts';
import type { ImageRecord } from '../model/image-record.ts';
import { hasFailed, type TestReport } from '../model/test-report.ts';
import { mediaTypes } from '../oci/types.ts';
import type { BuiltTree } from '../store/index.ts';
import { testImage, testLog, type FinishedImage } from './test-image.ts';
import type { Workspace } from './workspace.ts';

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
  await keep(workspace, record, image.tree);
  await workspace.failed.remove(record.id);
  return { report, fault: undefined };
}

/** Its tags, then its record. Tags of a former build that it has no more go last. */
async function keep(workspace: Workspace, record: ImageRecord, tree: BuiltTree): Promise<void> {
  const names = new Set(record.tags.map((tag) => `${record.id}:${tag}`));
  const descriptor = { mediaType: mediaTypes.manifest, ...record.manifest };
  for (const name of names) await workspace.layout.setReference(name, descriptor);
  await workspace.records.write(record, tree);
  await removeTags(workspace, record.id, ({ name }) => !names.has(name));
}

async function keepApart(workspace: Workspace, record: ImageRecord, tree: BuiltTree): Promise<void> {
  await workspace.failed.write(record, tree);
  const former = await workspace.records.read(record.id);
  if (former?.manifest.digest !== record.manifest.digest) return;
  await removeTags(workspace, record.id, ({ digest }) => digest === record.manifest.digest);
  await workspace.records.remove(record.id);
}

async function removeTags(
  { layout }: Workspace,
  id: ImageId,
  isStale: (tag: { readonly name: string; readonly digest: Digest }) => boolean,
): Promise<void> {
  for (const [name, { digest }] of await layout.references()) {
    if (name.startsWith(`${id}:`) && isStale({ name, digest })) await layout.removeReference(name);
  }
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
