import { defineConfig } from 'vite';
import { spoken } from '../../../look/spoken.ts';
import { en } from '../../strings/en.ts';

/** As agent/window/vite.config.ts: nothing inlined, addresses relative. Beside the shell, which serves it from its own scheme. */
export default defineConfig({
  root: decodeURIComponent(new URL('.', import.meta.url).pathname),
  base: './',
  plugins: [spoken(en)],
  build: {
    outDir: '../../../dist/agent/desktop/enrol',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
  },
});
