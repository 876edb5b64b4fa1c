// The signs of run states as paths around 0, 0: as the canvas draws them.
import type { RunState } from '../ui/state.tsx';

export const STATE_SHAPES: Record<RunState, { d: string; isFilled: boolean }> = {
  FINISHED: { d: 'M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0z', isFilled: true },
  RUNNING: { d: 'M0 -4.2A4.2 4.2 0 1 1 -4.2 0', isFilled: false },
  FAILED: { d: 'M-3.6 -3.6L3.6 3.6M3.6 -3.6L-3.6 3.6', isFilled: false },
  CRASHED: { d: 'M1.5 -5.5L-4 1L-.5 1L-1.5 5.5L4 -1.2L.5 -1.2z', isFilled: true },
  KILLED: { d: 'M-4 -4h8v8h-8z', isFilled: true },
};
