import { targetRootPath } from '../../../../ports/engine.ts';
import type { Installer, InstallerOptions, Place } from '../package-manager.ts';
import { fetchPackages } from './fetch-packages.ts';
import { finishBase } from './finish-base.ts';
import { readOffers, type FrozenIndex, type OfferedPackage } from './frozen-index.ts';
import { addPackages, containerDir, makeLocalRepositories } from './local-repository.ts';
import { install, prepareTarget, resolve, type Apk } from './run-apk.ts';
import { saveBusybox } from './save-busybox.ts';

/** apk fills a root from outside. */
const target: Place = { container: 'builder', directory: targetRootPath };

/** Opens apk for one session. */
export async function openApkInstaller(index: FrozenIndex, options: InstallerOptions): Promise<Installer> {
  const dir = await makeLocalRepositories(index, options.tempDir);
  let offers: Promise<readonly OfferedPackage[]> | undefined;
  const apk: Apk = {
    architecture: index.apkArchitecture,
    offers: () => (offers ??= readOffers(index)),
    provide: async (wanted) => {
      const hostPaths = await fetchPackages(wanted, { ...options, index });
      await addPackages(dir, index, wanted, hostPaths);
      return hostPaths;
    },
  };
  return {
    packageManager: 'apk',
    inputs: [{ hostPath: dir, containerPath: containerDir }],
    hookEnv: {},
    target,
    usesBuilder: false,
    needs: [],
    prepareTarget: (context) => prepareTarget(apk, context, target),
    resolve: (context, place, names) => resolve(apk, context, place, names),
    install: (context, spec) => install(apk, context, spec),
    finishBase: (context) => finishBase(apk, context),
    saveBusybox: (context, hostFile) => saveBusybox(apk, context, hostFile),
  };
}
