/** What the OCI distribution specification allows as a tag. */
export const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
export const tagRule =
  'letters, digits, "_", "." and "-", not starting with "." or "-", at most 128 characters';
