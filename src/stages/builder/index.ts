/**
 * A step of the plan → commands in a build container → a filled target root.
 * Everything that runs, runs through a `Session`; every step has a log of its own.
 */
export { runStep, type BuildContext, type StepSpec } from './build-step.ts';
export { captureScript, fullListingScript, listingScript, spool } from './capture.ts';
export { caContainerPath, copyCertificates } from './copy-certificates.ts';
export { copyFolder } from './copy-folder.ts';
export { describe } from './describe.ts';
export { fetchBusybox, hasBusybox } from './fetch-busybox.ts';
export { fillTarget, type FilledTarget } from './fill-target.ts';
export { hookEnv, proxyEnv } from './hook-env.ts';
export { findMissingTools, type PackageUser } from './host-tools.ts';
export { finishBase, makeBuilder } from './make-builder.ts';
export { compareIndexes, type IndexChanges } from './package-managers/compare-indexes.ts';
export type { IndexUser, Installer, PackageIndex } from './package-managers/package-manager.ts';
export { allPackageManagers, packageManager } from './package-managers/table.ts';
export { bootstrapBase } from './bootstrap-base.ts';
export { aboutBase } from './fetch-tarball.ts';
export { proxySecrets } from './proxy-secrets.ts';
export { sessionEnv } from './session-env.ts';
export { openShell, type ShellUser } from './open-shell.ts';
export { tryFill } from './try-fill.ts';
export { openStepLog } from './step-log.ts';
export { createStepStore } from './step-store.ts';
