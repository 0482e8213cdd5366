import { captureScript, listingScript } from '../../stages/builder/index.ts';
import * as carve from '../../stages/carve/index.ts';
import { endListing, listingFormat, splitListing, type Listing } from '../../stages/rootfs/index.ts';
import type { Build } from './with-build.ts';

/** The target root before anything of this build happened in it. */
export interface StartState {
  readonly listing: Listing;
  readonly accounts: carve.Accounts;
}

/** The target root when everything has happened. */
export interface EndState extends StartState {
  readonly state: carve.PackageDatabase;
}

/** Looks at the target root, before anything changes it. */
export async function captureStart(build: Build): Promise<StartState> {
  const { listing, text } = await capture(build, 'start', carve.accountsScript);
  return { listing, accounts: carve.parseAccounts(text) };
}

/** Looks at the target root, and its package database if it had one, after the last hook. */
export async function captureEnd(build: Build, start: StartState): Promise<EndState> {
  const format = carve.databaseFormat(build.installer.packageManager);
  const { listing, text } = await capture(build, 'end', carve.captureScript(format));
  const database = start.listing.has(format.path) ? 'expected' : 'optional';
  return { listing, ...carve.parseCapture(text, format, database) };
}

/** One command for both: starting its container takes longer than the command. */
async function capture({ context, tempDir }: Build, name: string, textScript: string) {
  const script = ['set -e', listingScript(listingFormat), endListing, textScript].join('\n');
  return splitListing(await captureScript(context, name, script, tempDir));
}
