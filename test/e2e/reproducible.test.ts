import { describeEqualBytes } from '../contract/equal-bytes.contract.ts';

describeEqualBytes('native', 'root', 'runc');
