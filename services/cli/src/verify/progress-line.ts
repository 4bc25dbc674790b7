import type { Progress } from './verify-topics.ts';

const REFRESH_MS = 500;

/** One line that is written over and over, on a terminal; elsewhere nothing. */
export function startProgressLine(terminal: { isTTY?: boolean; write(text: string): unknown }): {
  show: (progress: Progress) => void;
  end: () => void;
} {
  const startMs = performance.now();
  let shownMs = Number.NEGATIVE_INFINITY;
  return {
    show({ partition, records, share }) {
      const nowMs = performance.now();
      if (!terminal.isTTY || nowMs - shownMs < REFRESH_MS) return;
      shownMs = nowMs;
      const rate = Math.round((1_000 * records) / (nowMs - startMs)).toLocaleString('en-US');
      const percent = Math.floor(share * 100);
      const text = `${percent} %  partition ${partition}  ${records.toLocaleString('en-US')} records, ${rate} a second`;
      terminal.write(`\r\u001b[2K${text}`);
    },
    end() {
      if (Number.isFinite(shownMs)) terminal.write('\r\u001b[2K');
    },
  };
}
