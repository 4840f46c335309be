/** Follows from the public key in the extension's manifest (the first 16 bytes of its SHA-256, as letters a to p). */
export const EXTENSION_ID = 'pfpepggpggbnilbklfabjgeeplkhafaf';
export const EXTENSION_ORIGIN = `chrome-extension://${EXTENSION_ID}/`;

/** The name under which browsers know the native host. */
export const NATIVE_HOST_NAME = 'org.daylight.agent';
