/** The workers, one process each, in the order in which they are worth mentioning. */
export const workerNames = ['orchestrator', 'gateway', 'stt', 'llm', 'tts', 'cache', 'analytics'] as const;

export type WorkerName = (typeof workerNames)[number];
