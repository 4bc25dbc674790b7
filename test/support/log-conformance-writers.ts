import { clientCode, FencedError, KafkaError } from '@meanwhile/kafka';
import { describe, expect } from 'vitest';
import type { Fixture } from './log-conformance-fixture.ts';
import type { LostRequest } from './log-conformance-target.ts';

export function describeWriters(fixture: Fixture): void {
  const { given, open, offset, groupPosition, part, values, target } = fixture;

  describe('a writer', () => {
    given('is fenced off by a second one, whatever it does next', async () => {
      const inTransaction = await open();
      await inTransaction.send([part(0, 'leak')]);
      const idle = await open();
      await idle.commit([part(0, 'first')], offset(1));
      const unused = await open();
      const owner = await open();
      await expect(inTransaction.commit([part(0, 'leak')], offset(666))).rejects.toBeInstanceOf(FencedError);
      await expect(idle.commit([], offset(666))).rejects.toBeInstanceOf(FencedError);
      await expect(unused.send([part(0, 'leak')])).rejects.toBeInstanceOf(FencedError);
      await owner.commit([part(0, 'second')], offset(2));
      await open();
      expect([await values(0), await groupPosition()]).toEqual([['first', 'second'], 2]);
    });

    given('says by which code it was fenced: 47 or 90', async () => {
      const fenced = await open();
      await open();
      const error = await fenced.send([part(0, 'leak')]).catch((e: unknown) => e);
      expect([47, 90]).toContain((error as KafkaError).code);
      expect((error as KafkaError).kind).toBe('reopen');
    });

    given('is of no use once it failed', async () => {
      const fenced = await open();
      await open();
      await expect(fenced.send([part(0, 'leak')])).rejects.toBeInstanceOf(FencedError);
      const dead = { code: clientCode.writerDead, kind: 'reopen' };
      await expect(fenced.send([part(0, 'leak')])).rejects.toMatchObject(dead);
      await expect(fenced.commit([], offset(1))).rejects.toMatchObject(dead);
    });

    given('refuses a second call while one is under way', async () => {
      const writer = await open();
      const first = writer.send([part(0, 'a')]);
      await expect(writer.send([part(0, 'b')])).rejects.toThrow(/wanted one at a time/);
      await first;
    });

    const lost: [LostRequest, string[], number][] = [
      [{ api: 'Produce', fate: 'lost' }, ['before'], 1],
      [{ api: 'Produce', fate: 'answerLost' }, ['before'], 1],
      [{ api: 'TxnOffsetCommit', fate: 'lost' }, ['before'], 1],
      [{ api: 'TxnOffsetCommit', fate: 'answerLost' }, ['before'], 1],
      [{ api: 'EndTxn', fate: 'lost' }, ['before'], 1],
      [{ api: 'EndTxn', fate: 'answerLost' }, ['before', 'unknown'], 2],
    ];
    for (const [request, wanted, position] of lost) {
      given(
        `that hears nothing of its ${request.api} (${request.fate}) fails; the next one finds out`,
        async () => {
          await (await open()).commit([part(0, 'before')], offset(1));
          const unlucky = await open(target.losing(request));
          const error = await unlucky.commit([part(0, 'unknown')], offset(2)).catch((e: unknown) => e);
          expect(error).toBeInstanceOf(KafkaError);
          expect(error).not.toBeInstanceOf(FencedError);
          expect((error as KafkaError).kind).toBe('reopen');
          const next = await open();
          expect([await values(0), await groupPosition()]).toEqual([wanted, position]);
          await next.commit([part(0, 'after')], offset(3));
          await open();
          expect([await values(0), await groupPosition()]).toEqual([[...wanted, 'after'], 3]);
        },
      );
    }
  });
}
