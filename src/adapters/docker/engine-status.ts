import { KublerError } from '../../errors.ts';
import type { ApiEngineName, EngineStatus } from '../../model/engine-status.ts';
import { openDaemon, type DaemonSearch } from './open-daemon.ts';

/** What is known of an engine; never throws but `INTERRUPTED`. */
export async function engineStatus(engine: ApiEngineName, search: DaemonSearch): Promise<EngineStatus> {
  try {
    await using daemon = await openDaemon(engine, search);
    return daemon.status;
  } catch (error) {
    if (!(error instanceof KublerError) || error.code === 'INTERRUPTED') throw error;
    const { message, hint } = error;
    return { engine, isReady: false, problem: message, ...(hint !== undefined && { hint }) };
  }
}
