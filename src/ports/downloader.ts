import type { Sha256 } from '../model/digest.ts';

export interface DownloadSpec {
  /** `http:`, `https:` or `file:`. */
  readonly url: string;
  /** The file to write; it appears complete and checked, or not at all. */
  readonly hostFile: string;
  /** Refuses anything else with `CHECKSUM_MISMATCH`. */
  readonly sha256?: Sha256;
  /** Gives up, with the limit's name in the message, past this many bytes. */
  readonly maxBytes: number;
}

export interface Downloader {
  /**
   * Fetches one file, retrying what may pass. Throws `DOWNLOAD_FAILED`, with the HTTP status in `status`'s place
   * of the message; resolves false instead when the server says the file does not exist (404, 410).
   */
  download(spec: DownloadSpec): Promise<boolean>;
}
