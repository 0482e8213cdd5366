/**
 * A finished image and what it must pass → results. Every test runs in containers of the image, started through the
 * Engine port; what they need besides the image comes from outside and leaves nothing in it.
 */
export { addTestFiles } from './add-test-files.ts';
export { readContent } from './read-content.ts';
export { runTests } from './run-tests.ts';
export type { TestSubject } from './test-subject.ts';
