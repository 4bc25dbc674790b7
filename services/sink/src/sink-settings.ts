import { commonSettings, httpPort, settings } from '@meanwhile/service';
import { z } from 'zod';

/** The settings of the sink: see the contract, section 3. */
export const sinkSettings = z.object({
  ...commonSettings,
  HTTP_PORT: httpPort(8080),
  INPUT_TOPIC: settings.topic().prefault('prices').describe('topic of the prices, for the lag'),
  OUTPUT_TOPIC: settings.topic().prefault('averages').describe('topic of the averages'),
  GROUP_ID: settings.text().prefault('meanwhile').describe("the aggregator's consumer group, for the status"),
  DATABASE: settings
    .text()
    .prefault('var/averages.sqlite')
    .describe('path of the SQLite file; folders are made'),
  RETENTION: settings
    .duration({ min: '1m' })
    .prefault('7d')
    .describe('averages that end longer than this before the newest are removed'),
});

export type SinkSettings = z.output<typeof sinkSettings>;
