import { buildTestName, testFileName } from './image-tests.ts';

/** Names of the files in an image's folder that only its tests read. */
export const testFiles: readonly string[] = [buildTestName, testFileName];

/**
 * Whether a path below the folder of an image or builder is no part of what is made from it. What version control
 * keeps, wherever it lies, differs between two checkouts of one commit; what tests read changes no image.
 */
export const isLeftOut = (path: string): boolean =>
  testFiles.includes(path) || path.split('/').includes('.git');
