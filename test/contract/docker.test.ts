import { startDocker } from '../support/docker-daemon.ts';
import { setUpWith } from '../support/docker-engine.ts';
import { requires } from '../support/requires.ts';
import { describeContainersContract } from './containers.contract.ts';
import { describeEngineContract } from './engine.contract.ts';

const setUp = setUpWith('docker', startDocker);

requires('root', 'dockerd')('the engine on Docker', () => describeEngineContract('docker', setUp));

requires(
  'root',
  'dockerd',
  'busybox',
)('containers on Docker', () => describeContainersContract('docker', setUp));
