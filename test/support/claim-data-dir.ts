import { claimDataDir } from './shared-data-dir.ts';

claimDataDir();
