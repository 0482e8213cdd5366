/** A redirect that is not followed; trying again would not help. */
export class RedirectError extends Error {}
