/**
 * scaffold: answers → the files of a new namespace, image or builder, rendered from `templates/`. Asks nothing; writes
 * all or nothing; overwrites only with `force`. What it makes builds as it is.
 */
export { applyMigration } from './apply-migration.ts';
export { checkName } from './check-name.ts';
export { formatMaintainer, parsePackages } from './check-text.ts';
export { createBuilder, type BuilderAnswers } from './create-builder.ts';
export { createImage, type ImageAnswers, type TestKind } from './create-image.ts';
export { createNamespace, type NamespaceAnswers } from './create-namespace.ts';
export { schemaPath } from './schema-path.ts';
export { singleNamespace } from './find-namespace.ts';
