import type { QuestionName, TellingName } from '../../gate/index.js';
import type { OperationName } from '../admin/operation.js';

/**
 * Goes up with every change of what is said between a primary and its workers: a worker of a newer version may be
 * started by a primary of an older one.
 */
export const dialect = 1;

/** What a primary says to a worker. */
export type ToWorker =
  | {
      readonly kind: 'hello';
      readonly dialect: number;
      /** Base64. */
      readonly secret: string;
      /** Whatever the starter of the primary has for its workers. */
      readonly context: unknown;
    }
  | { readonly kind: 'ask'; readonly id: number; readonly name: OperationName; readonly args: unknown }
  /** The answer to a question about the shared memory. */
  | { readonly kind: 'known'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'drain' };

/** What a worker says to its primary. */
export type ToPrimary =
  | { readonly kind: 'ready'; readonly announcement: unknown }
  /** The connection that was handed over last is served. */
  | { readonly kind: 'taken' }
  /** It has not arrived: the worker may open no more files. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'answer'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly problem: string }
  | { readonly kind: 'question'; readonly id: number; readonly name: QuestionName; readonly args: unknown }
  | { readonly kind: 'telling'; readonly name: TellingName; readonly args: unknown }
  /** Was asked by somebody else to end: takes no more connections. */
  | { readonly kind: 'leaving' };
