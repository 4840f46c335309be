/**
 * All that the page gets: the two functions of `Bridge` (agent/window/bridge.ts). Runs in Electron's sandbox, which loads one
 * CommonJS file and lets it require `electron`, so that this file imports nothing of ours.
 */
(() => {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a sandboxed preload cannot be an ES module
  const { contextBridge, ipcRenderer } = require('electron') as typeof import('electron');
  contextBridge.exposeInMainWorld('daylight', {
    ask: (request: unknown): Promise<unknown> => ipcRenderer.invoke('daylight:ask', request),
    watch(onStatus: (status: unknown) => void): () => void {
      // The event is not handed on: it could send anything to anybody.
      const tell = (_: unknown, status: unknown): void => onStatus(status);
      ipcRenderer.on('daylight:status', tell);
      ipcRenderer.send('daylight:watch');
      return () => void ipcRenderer.off('daylight:status', tell);
    },
  });
})();
