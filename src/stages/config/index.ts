/**
 * config: files → `Project`. Reads `kubler.config.yaml`, `build.conf` and where things are; collects every fault;
 * executes nothing.
 */
export type { SettingsOverrides } from '../../model/settings-overrides.ts';
export { currentNamespace } from './current-namespace.ts';
export { findWorkingDir } from './find-working-dir.ts';
export { configJsonSchema, testFileJsonSchema } from './json-schema.ts';
export { loadProject, type LoadProjectOptions } from './load-project.ts';
export { planMigration, type MigrationRequest } from './migrate/plan-migration.ts';
export { configFileName } from './read-layer.ts';
