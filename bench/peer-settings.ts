/** Settings of a call: the detector's own silence ends a turn, and answers come from the model, as with the peers. */
export const peerSettings = { 'set.endpointingMs': '0', 'set.endpointingMaxMs': '0', 'set.cache': 'false' };
