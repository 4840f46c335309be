import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { spoken } from '../../look/spoken.ts';
import { en } from '../strings/en.ts';

/**
 * The page is answered with `default-src 'none'` and no exception for what is inline, so nothing is inlined: what would
 * be small enough becomes a file like everything else. Addresses are relative: the desktop shell opens it from a file.
 */
export default defineConfig({
  root: decodeURIComponent(new URL('.', import.meta.url).pathname),
  base: './',
  plugins: [react(), spoken(en)],
  build: {
    outDir: '../../dist/window',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
    chunkSizeWarningLimit: 1_200,
  },
});
