import { captureScript, listingScript } from '../../stages/builder/index.ts';
import * as carve from '../../stages/carve/index.ts';
import { listingFormat, parseListing, type Listing } from '../../stages/rootfs/index.ts';
import type { Build } from './with-build.ts';

/** The target root before anything of this build happened in it. */
export interface StartState {
  readonly listing: Listing;
  readonly accounts: carve.Accounts;
}

/** The target root when everything has happened. */
export interface EndState extends StartState {
  readonly state: carve.DpkgState;
}

/** Looks at the target root; first thing in a session. */
export async function captureStart(build: Build): Promise<StartState> {
  const listing = await captureListing(build, 'list-start');
  const accounts = await captureScript(build.context, 'accounts-start', carve.accountsScript, build.tempDir);
  return { listing, accounts: carve.parseAccounts(accounts.toString()) };
}

/** Looks at the target root, and its package database if it had one, after the last hook. */
export async function captureEnd(build: Build, start: StartState): Promise<EndState> {
  const listing = await captureListing(build, 'list-end');
  const printed = await captureScript(build.context, 'packages-end', carve.captureScript, build.tempDir);
  const database = start.listing.has('var/lib/dpkg/status') ? 'expected' : 'optional';
  return { listing, ...carve.parseCapture(printed.toString(), database) };
}

async function captureListing({ context, tempDir }: Build, name: string): Promise<Listing> {
  return parseListing(await captureScript(context, name, listingScript(listingFormat), tempDir));
}
