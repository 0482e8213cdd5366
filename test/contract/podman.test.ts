import { startPodman } from '../support/docker-daemon.ts';
import { setUpWith } from '../support/docker-engine.ts';
import { requires } from '../support/requires.ts';
import { describeContainersContract } from './containers.contract.ts';
import { describeEngineContract } from './engine.contract.ts';

const setUp = setUpWith('podman', startPodman);

requires('root', 'podman', 'docker')('the engine on Podman', () => describeEngineContract('podman', setUp));

requires(
  'root',
  'podman',
  'docker',
  'busybox',
)('containers on Podman', () => describeContainersContract('podman', setUp));
