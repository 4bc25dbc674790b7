import type { Membership } from '@meanwhile/kafka';
import { describe, expect } from 'vitest';
import type { Fixture } from './log-conformance-fixture.ts';

export function describeGroups(fixture: Fixture): void {
  const { given, open, offset, groupPosition, part, until, target } = fixture;

  describe('topics and groups', () => {
    given('a group that never committed has offset -1', async () => {
      expect(await groupPosition()).toBe(-1);
    });

    given('an offset that an open transaction holds is waited for, not passed over', async () => {
      await (await open()).commit([part(0, 'a')], offset(1));
      await open(); // the first commit's offset is written
      const unlucky = await open(target.losing({ api: 'EndTxn', fate: 'lost' }));
      await unlucky.commit([part(0, 'b')], offset(2)).catch(() => {});
      let isAnswered = false;
      const asking = groupPosition().finally(() => {
        isAnswered = true;
      });
      await target.sleep(300);
      expect(isAnswered).toBe(false);
      await open(); // aborts it
      expect(await asking).toBe(1);
    });

    given('a topic that was created anew has another id and begins at 0', async ({ client, topic }) => {
      await (await open()).commit([part(0, 'a')], offset(1));
      const before = await client.topicId(topic);
      expect(await client.topicId(topic)).toBe(before);
      expect(await client.partitionCount(topic)).toBe(2);
      await target.recreateTopic(topic, 3);
      const anew = target.client();
      await until('the new id', async () => (await anew.topicId(topic)) !== before);
      expect(await anew.partitionCount(topic)).toBe(3);
      expect(await anew.listOffset(topic, 0, 'latest')).toBe(0);
    });

    given('members share all partitions, and one that leaves or is expelled gives its own up', async () => {
      const shared = await target.createTopic(4);
      const groupId = `${shared}-group`;
      const join = (instanceId: string) =>
        target.join({ groupId, topic: shared, instanceId, onAssignment: () => {} });
      const a = join('a');
      await until('a alone', () => a.partitions.length === 4);
      expect(a.partitions).toEqual([0, 1, 2, 3]);
      const b = join('b');
      await until('both', () => a.partitions.length === 2 && b.partitions.length === 2);
      expect(ascending(a, b)).toEqual([0, 1, 2, 3]);
      expect(await a.confirm()).toEqual(a.partitions);

      const expelled = b.memberId;
      await target.expel(groupId, expelled);
      await until('b under another id', () => b.memberId !== expelled && b.partitions.length === 2);
      await until('both again', () => a.partitions.length === 2);
      expect(ascending(a, b)).toEqual([0, 1, 2, 3]);

      await b.leave();
      await until('a alone again', () => a.partitions.length === 4);
      const given = new AbortController();
      const confirming = a.confirm(given.signal);
      given.abort();
      await expect(confirming).rejects.toThrow();
      await a.leave();
    });
  });
}

function ascending(...members: Pick<Membership, 'partitions'>[]): number[] {
  return members.flatMap(({ partitions }) => partitions).sort((a, b) => a - b);
}
