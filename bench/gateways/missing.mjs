/** Thrown by a peer that cannot be had on this machine; the message says why, and the tables repeat it. */
export class Missing extends Error {}
