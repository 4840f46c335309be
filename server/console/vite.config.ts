import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { spoken } from '../../look/spoken.ts';
import { en } from './strings/en.ts';

/**
 * The server answers with `default-src 'self'` and no exception. So nothing may be inlined: no script, no style, no
 * data address. What would be small enough to inline becomes a file like everything else.
 */
export default defineConfig({
  root: decodeURIComponent(new URL('.', import.meta.url).pathname),
  plugins: [react(), spoken(en)],
  build: {
    outDir: '../../dist/console',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
    chunkSizeWarningLimit: 1_200,
  },
  server: { proxy: { '/api': 'http://localhost:4820' } },
});
