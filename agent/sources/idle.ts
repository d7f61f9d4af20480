/**
 * Seconds without a byte after which a source is given up: a server that writes its snapshot to its own disk or counts the
 * objects of a large repository says nothing for long.
 */
export const defaultIdleSeconds = 1800;
