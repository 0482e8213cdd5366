import { captureScript, listingScript, runStep } from '../../stages/builder/index.ts';
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
  // An empty target root gets the builder's accounts: none of them is of this image's making.
  const isSeeded = build.installer.usesBuilder && !listing.has('etc/passwd');
  const accounts = isSeeded ? await captureBuilderAccounts(build) : text;
  return { listing, accounts: carve.parseAccounts(accounts) };
}

/** Looks at the target root, and its package database if it had one, after the last hook. */
export async function captureEnd(build: Build, start: StartState): Promise<EndState> {
  const format = carve.databaseFormat(build.installer.packageManager);
  const { listing, text } = await capture(build, 'end', carve.captureScript(format));
  const database = start.listing.has(format.path) ? 'expected' : 'optional';
  return { listing, ...carve.parseCapture(text, format, database) };
}

const captureBuilderAccounts = ({ context }: Build): Promise<string> =>
  runStep(context, {
    name: 'builder-accounts',
    root: 'builder',
    targetReadOnly: true,
    argv: ['sh', '-c', `cd /\n${carve.accountsScript}`],
    stdout: 'capture',
  });

/** One command for both: starting its container takes longer than the command. */
async function capture({ context, tempDir }: Build, name: string, textScript: string) {
  const script = ['set -e', listingScript(listingFormat), endListing, textScript].join('\n');
  return splitListing(await captureScript(context, name, script, tempDir));
}
