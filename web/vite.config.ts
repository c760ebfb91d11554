import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const server = process.env.INTERLOCK_URL ?? 'http://127.0.0.1:7420';

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  // The host is kept: the server refuses writes whose origin is another one.
  server: { proxy: { '/api': { target: server, changeOrigin: false } } },
  build: { target: 'es2022', cssTarget: 'chrome120', sourcemap: false },
  test: {
    environment: 'jsdom',
    setupFiles: ['src/testing/setup.ts'],
    include: ['src/**/*.test.{ts,tsx}'],
    restoreMocks: true,
    testTimeout: 20_000,
  },
});
