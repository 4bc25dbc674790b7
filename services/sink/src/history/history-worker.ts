import { parentPort, workerData } from 'node:worker_threads';
import { openReads } from '../store/reads.ts';
import { answerHistory, type HistoryAnswer, type HistoryRequest } from './answer-history.ts';

/** What the thread tells of a request. */
export type HistoryMessage = { answer: HistoryAnswer } | { error: Error };

// A thread of openHistory: one request at a time, over a connection of its own.
const reads = openReads(String(workerData));
parentPort!.on('message', (request: HistoryRequest) => {
  let message: HistoryMessage;
  try {
    message = { answer: answerHistory(reads, request) };
  } catch (cause) {
    message = { error: cause instanceof Error ? cause : new Error(String(cause)) };
  }
  parentPort!.postMessage(message, 'answer' in message ? [message.answer.body.buffer] : []);
});
