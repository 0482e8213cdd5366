/**
 * carve: what of a target root becomes the image. In: the target root's listing and package database, captured in its
 * container, and what was asked for. Out: the paths to spool (`planCarve`), then the spooled tree with the origin of
 * every entry and the account files the image needs (`finishCarve`), and the package data scanners read
 * (`scannerData`). Pure: nothing here reads a file or runs a command. The rules, for users: `docs/carving.md`.
 */
export { type Accounts } from '../../model/accounts.ts';
export { accountsScript, captureScript } from './capture.ts';
export { type DatabaseFormat, type Diversion, type PackageDatabase } from './databases/database.ts';
export { databaseFormat } from './databases/table.ts';
export { finishCarve, type FinishCarveOptions } from './finish-carve.ts';
export { packagesOfImage } from './image-packages.ts';
export { ownTree, type OwnedTree } from './own-tree.ts';
export { parseAccounts, parseCapture, type Capture } from './parse-capture.ts';
export {
  planCarve,
  type CarveMode,
  type CarveOptions,
  type CarvePlan,
  type ParentImage,
} from './plan-carve.ts';
export { reach, type Reach, type ReachOptions } from './reach/reach.ts';
export { scannerData, type ScannerDataOptions } from './scanner-data.ts';
