export { Random } from './random.ts';
export { simClient } from './sim-client.ts';
export { SimCluster } from './sim-cluster.ts';
export type { SimGroup } from './sim-group.ts';
export { joinSimGroup, type SimMembershipOptions } from './sim-membership.ts';
export type { Fate, NetworkFault, SimNetwork } from './sim-network.ts';
export type { SimPartition } from './sim-partition.ts';
export { SimProcess, type SimTime } from './sim-process.ts';
export { World } from './world.ts';
