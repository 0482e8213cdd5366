/** What a built image can be written as, as users type it. */
export const exportFormats = [
  /** A folder with the image alone (OCI image layout). */
  'oci-layout',
  /** A tar of that folder. */
  'oci-archive',
  /** A tar for `docker load`, any version. */
  'docker-archive',
  /** The final files alone, as one tar. */
  'rootfs-tar',
] as const;
export type ExportFormat = (typeof exportFormats)[number];
