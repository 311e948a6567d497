import type { Position } from "./position.ts";

/** What is known after a step. */
export interface StepEvent {
  /** Finished steps since the run began, this one included. */
  readonly step: number;
  /** Steps of the whole run; null where time is the limit. */
  readonly steps: number | null;
  /** The epoch that the step belongs to, from 0. */
  readonly epoch: number;
  /** Steps of an epoch. */
  readonly epochSteps: number;
  readonly loss: number;
  /** The first parameter group's. */
  readonly learningRate: number;
  readonly stepsPerSecond: number;
  /** 0 to 1. */
  readonly progress: number;
  readonly secondsLeft: number;
  readonly position: Position;
}

/** What is known when all batches of an epoch have been seen. */
export interface EpochEvent {
  /** The epoch that has ended, from 0. */
  readonly epoch: number;
  readonly step: number;
  /** Mean over the epoch's steps. */
  readonly loss: number;
  readonly learningRate: number;
  readonly position: Position;
}

/** Told what happens in a run. What it returns is awaited before the next step. */
export interface Callback {
  onStep?(event: StepEvent): void | Promise<void>;
  onEpoch?(event: EpochEvent): void | Promise<void>;
}
