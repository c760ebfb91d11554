// How a step looks: a mark and a word for each state; colour only helps.
import type { ReactNode } from 'react';
import type { Lamp } from '@/lib/schema';
import { Icon } from '@/ui/icons';
import { LampMark } from '@/ui/LampMark';
import type { Tone } from '@/ui/tones';
import type { RunLeg, RunStep } from './queries';
import { STEP } from './texts';

const LAMPS: Record<string, Lamp['state']> = {
  running: 'waiting',
  retrying: 'waiting',
  done: 'clear',
  failed: 'stop',
  skipped: 'not_needed',
  not_begun: 'not_needed',
};

const TONES: Record<string, Tone> = {
  running: 'info',
  retrying: 'waiting',
  uncertain: 'stop',
  done: 'clear',
  failed: 'stop',
};

export interface Look {
  word: string;
  tone: Tone;
  mark: ReactNode;
}

/** The leg that counts now: back, once it is taken back. */
export function legNow(step: RunStep): RunLeg {
  return step.back ?? step.forward;
}

export function lookOf(step: RunStep, size = 16): Look {
  return lookOfState(legNow(step).state, step.back ? 'back' : 'forward', size);
}

export function lookOfState(state: string, way: 'forward' | 'back', size = 16): Look {
  return {
    word: STEP[way][state] ?? state,
    tone: way === 'back' && state === 'done' ? 'neutral' : (TONES[state] ?? 'faint'),
    mark: <Mark state={state} way={way} size={size} />,
  };
}

function Mark(props: { state: string; way: 'forward' | 'back'; size: number }) {
  const { state, way, size } = props;
  const lamp = LAMPS[state];
  if (way === 'back' && state === 'done') return <Icon name="undo" size={size} />;
  if (state === 'uncertain') return <Icon name="alert" size={size} />;
  return lamp ? <LampMark state={lamp} size={size} /> : <Icon name="clock" size={size} />;
}
