/** Every worker process of Orkestra. */
export const workerNames = ['orchestrator', 'gateway', 'stt', 'llm', 'tts', 'cache', 'analytics'] as const;
export type WorkerName = (typeof workerNames)[number];
