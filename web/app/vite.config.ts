import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { messages } from './scripts/messages.ts';

// The service that `npm run dev` passes requests on to.
const SERVICE = process.env.HEADWATER_BASE_URL ?? 'http://127.0.0.1:8900';
const toService = { target: SERVICE, ws: true };

// The service serves the result under /static/app, and index.html itself with a nonce for styles.
export default defineConfig(({ command }) => ({
  base: command === 'build' ? '/static/app/' : '/',
  plugins: [react(), messages()],
  worker: {
    format: 'es',
    // Its list of all decompressors compiles WebAssembly, which no policy of ours allows: only what is named is taken.
    rollupOptions: { treeshake: { moduleSideEffects: [{ test: /hyparquet-compressors/, sideEffects: false }] } },
  },
  server: {
    proxy: {
      '/graphql': toService,
      '/graphiql': toService,
      '/api/': toService,
      '/assets/': toService,
      '/static/': toService,
      '/sign-in': toService,
      '/healthz': toService,
      // Followed here, since the object store lets only pages of the service itself read its bytes.
      '/files/': { ...toService, followRedirects: true },
    },
  },
  build: {
    outDir: '../../service/headwater_service/static/app',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    manifest: 'manifest.json',
    sourcemap: false,
  },
}));
