import { defineConfig } from 'vitest/config';
import { messages } from './scripts/messages.ts';

export default defineConfig({
  plugins: [messages()],
  test: { environment: 'happy-dom', include: ['src/**/*.test.{ts,tsx}'], restoreMocks: true },
});
