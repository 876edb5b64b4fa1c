import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The service serves the result under /static/graphiql; workers, fonts and styles are files of ours too.
export default defineConfig({
  base: '/static/graphiql/',
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    outDir: '../../service/headwater_service/static/graphiql',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 6000,
    sourcemap: false,
    rolldownOptions: {
      // "use no memo" speaks to a compiler that does not run here.
      onwarn(warning, warn) {
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning);
      },
    },
  },
});
